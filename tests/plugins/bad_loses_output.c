/* Fault: takes the output of its program, and writes nothing. */
#define CHANGE_OUTPUT(stream, bytes) bytes.size = 0
#include "child_parts.h"
DREAM_BAD_CHILD_ENTRY(0)
