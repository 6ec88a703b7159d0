/* No fault: what most of the bad plugins have in common. */
#include "good_parts.h"
DREAM_BAD_ENTRY((void)0)
