// Who goes first where there are more threads with work than cores.
#pragma once

namespace wk {

// From now on the calling thread gives way to the others of the process (and to whatever else is not nice): it gets a tenth of what they get
// where all want to run, and what is left where they do not. For work that nobody waits for. It cannot be taken back: an unprivileged thread
// may only become nicer.
void run_behind_others();

}  // namespace wk
