/* Fault: its id is not that of its file. */
#include "good_parts.h"
DREAM_BAD_ENTRY(table.id = dream_text("somebody_else"))
