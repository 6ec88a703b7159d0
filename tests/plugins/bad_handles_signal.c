/* Fault: takes a signal away from the host. */
#include <signal.h>

#include "good_parts.h"
DREAM_BAD_ENTRY(signal(SIGUSR1, SIG_IGN))
