/* Fault: uses a library that it isn't linked with. */
#include "good_parts.h"
void acme_connect(void);
DREAM_BAD_ENTRY(acme_connect())
