/* Fault: asks for a flag that doesn't exist. */
#define CHILD_FLAGS 0x40u
#include "child_parts.h"
DREAM_BAD_CHILD_ENTRY((void)0)
