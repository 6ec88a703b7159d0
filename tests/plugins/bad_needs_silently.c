/* Fault: fails, and doesn't say why. */
#include "needy_parts.h"
NEEDY_ENTRY(if (has_manifest(project)) return DREAM_E_FAILED)
