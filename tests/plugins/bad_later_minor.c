/* Fault: is built for a later dream, and takes this one for that. */
#include "good_parts.h"
DREAM_BAD_ENTRY(table.abi_minor = DREAM_ABI_MINOR + 7)
