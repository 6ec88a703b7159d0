/* Fault: writes no more than fits into its buffer. */
#define CHANGE_OUTPUT(stream, bytes) \
  if (bytes.size > 4096) bytes.size = 4096
#include "child_parts.h"
DREAM_BAD_CHILD_ENTRY(0)
