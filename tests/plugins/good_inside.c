/* A plugin without a fault that runs commands inside its runs. */
#include "inside_parts.h"
INSIDE_ENTRY(tell_end(on_inside, context, DREAM_EXIT_CODE))
