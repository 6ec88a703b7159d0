/* Fault: tells an end of a command that doesn't exist. */
#include "inside_parts.h"
INSIDE_ENTRY(tell_end(on_inside, context, 4711))
