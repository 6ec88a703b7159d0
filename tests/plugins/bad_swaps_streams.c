/* Fault: takes stdout for stderr, and the other way round. */
#define CHANGE_OUTPUT(stream, bytes) stream = stream == DREAM_STDOUT ? DREAM_STDERR : DREAM_STDOUT
#include "child_parts.h"
DREAM_BAD_CHILD_ENTRY(0)
