# What most files read anyway (cmake/precompiled*.hpp), compiled once: for tests, and with WK_PCH for libraries.
function(wk_precompile name header)
  add_library(${name} OBJECT EXCLUDE_FROM_ALL ${PROJECT_SOURCE_DIR}/cmake/precompiled.cpp)
  target_link_libraries(${name} PRIVATE ${ARGN} wk_options)
  target_precompile_headers(${name} PRIVATE ${PROJECT_SOURCE_DIR}/cmake/${header})
  # The same bytes each time, for the compiler cache.
  target_compile_options(${name} PRIVATE $<$<CXX_COMPILER_ID:Clang>:SHELL:-Xclang -fno-pch-timestamp>)
endfunction()

# The compiler takes longest over tests, which are no hot path: they are not optimised.
add_library(wk_test_options INTERFACE)
target_compile_options(wk_test_options INTERFACE $<$<CONFIG:Debug>:-O0>)
# Of fmt for its macro, which the precompiled header was read with.
target_link_libraries(wk_test_options INTERFACE wk_options fmt::fmt GTest::gtest GTest::gmock GTest::gtest_main)

# wk_library(websocket DIR gateway/websocket SOURCES a.cpp b.cpp DEPS wk::base)
#
# Each library sees the include tree through a view of its own, so that the header of a module it does not link does not
# resolve: a wrong arrow between modules is a compile error.
function(wk_library name)
  cmake_parse_arguments(ARG "" "DIR" "SOURCES;DEPS;PRIVATE_DEPS" ${ARGN})
  set(view ${PROJECT_BINARY_DIR}/include/${name})
  cmake_path(GET ARG_DIR PARENT_PATH parent)
  file(MAKE_DIRECTORY ${view}/${parent})
  file(CREATE_LINK ${PROJECT_SOURCE_DIR}/${ARG_DIR} ${view}/${ARG_DIR} SYMBOLIC)
  add_library(wk_${name} STATIC ${ARG_SOURCES})
  add_library(wk::${name} ALIAS wk_${name})
  target_include_directories(wk_${name} PUBLIC ${view})
  target_link_libraries(wk_${name} PUBLIC ${ARG_DEPS} PRIVATE wk_options ${ARG_PRIVATE_DEPS})
  if(WK_PCH)
    target_precompile_headers(wk_${name} REUSE_FROM wk_precompiled)
  endif()
endfunction()

# wk_interface_library(ports core/ports wk::model): headers alone, with a view of the include tree like every wk_library.
function(wk_interface_library name dir)
  set(view ${PROJECT_BINARY_DIR}/include/${name})
  cmake_path(GET dir PARENT_PATH parent)
  file(MAKE_DIRECTORY ${view}/${parent})
  file(CREATE_LINK ${PROJECT_SOURCE_DIR}/${dir} ${view}/${dir} SYMBOLIC)
  add_library(wk_${name} INTERFACE)
  add_library(wk::${name} ALIAS wk_${name})
  target_include_directories(wk_${name} INTERFACE ${view})
  target_link_libraries(wk_${name} INTERFACE ${ARGN})
endfunction()

# wk_test(journal_test SOURCES a_test.cpp DEPS wk::embedded): one GoogleTest binary per module, known to ctest as one test.
function(wk_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;DEPS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} wk_test_options)
  target_precompile_headers(${name} REUSE_FROM wk_precompiled_test)
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT})
endfunction()

# wk_bench(ring_bench SOURCES ring_bench.cpp DEPS wk::broker): built with the target `benches`, run by hand.
add_custom_target(benches)
function(wk_bench name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} EXCLUDE_FROM_ALL ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} wk_options benchmark::benchmark)
  add_dependencies(benches ${name})
endfunction()

# wk_fuzz(http_parser_fuzz SOURCES http_parser_fuzz.cpp DEPS wk::net): a fuzz target (tests/fuzz/README.md). What it found, and
# what it begins with, is in fuzz_corpus/http_parser beside it; fuzz_corpus/http_parser.dict has words of the language, if any.
# A test that replays the corpus; with WK_FUZZ the libFuzzer binary does that, too, and searches on (tools/fuzz.sh).
add_custom_target(fuzzers)
function(wk_fuzz name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  string(REGEX REPLACE "_fuzz$" "" subject ${name})
  set(corpus ${CMAKE_CURRENT_SOURCE_DIR}/fuzz_corpus/${subject})
  if(WK_FUZZ)
    add_executable(${name} ${ARG_SOURCES})
    target_link_libraries(${name} PRIVATE ${ARG_DEPS} wk::fuzz_input wk_options)
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    add_test(NAME ${name} COMMAND ${name} -runs=0 ${corpus})
    set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/fuzz)
    add_dependencies(fuzzers ${name})
    # For tools/fuzz.sh.
    file(WRITE ${PROJECT_BINARY_DIR}/fuzz/${name}.corpus "${corpus}\n")
  else()
    wk_test(${name} SOURCES ${ARG_SOURCES} ${PROJECT_SOURCE_DIR}/tests/fuzz/replay.cpp DEPS ${ARG_DEPS} wk::fuzz_input)
    target_compile_definitions(${name} PRIVATE WK_FUZZ_CORPUS="${corpus}")
  endif()
endfunction()
