/* Fault: takes a signal away from the host. */
#include <signal.h>

#include "good_parts.h"
DREAM_BAD_ENTRY(signal(SIGPIPE, SIG_IGN))
