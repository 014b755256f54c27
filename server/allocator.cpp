// How jemalloc, which the binary is linked with, is to behave (jemalloc(3), "TUNING").
//
// Few arenas: two loops and a handful of pool threads share memory better than four arenas a core would. What is unused goes back to the system
// within seconds, by a thread of jemalloc's own.
extern "C" {
extern const char* const malloc_conf;
const char* const malloc_conf = "narenas:4,background_thread:true,dirty_decay_ms:2000,muzzy_decay_ms:0";
}
