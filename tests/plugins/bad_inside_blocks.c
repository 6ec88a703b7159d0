/* Fault: takes its time for a command inside. */
#include "inside_parts.h"
INSIDE_ENTRY(take_the_time(), tell_end(on_inside, context, DREAM_EXIT_CODE))
