/* Fault: destroy never returns. */
#include "good_parts.h"
#include "hanging.h"
static void destroy_never(dream_executor* executor) {
  free(executor);
  hang();
}
DREAM_BAD_ENTRY(table.destroy = destroy_never)
