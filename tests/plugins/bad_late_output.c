/* Fault: writes output after the end of its run. */
#include "good_parts.h"
static void release_and_write(dream_run* run) {
  const dream_output* output = (const dream_output*)run->host->service(run->host, DREAM_OUTPUT_ID);
  if (output != NULL) output->write(run->host, run->id, DREAM_STDOUT, dream_text("one more thing\n"));
  good_release(run);
}
DREAM_BAD_ENTRY(table.release = release_and_write)
