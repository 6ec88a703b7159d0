/* No fault: a program that fails is started a second time, and that one's end is the run's. */
#include "good_parts.h"
static void over_or_again(void* context, const dream_exit* ending);
#define CHILD_ON_EXIT over_or_again
#include "child_parts.h"
static void over_or_again(void* context, const dream_exit* ending) {
  static dream_str word = DREAM_STR("true");
  struct child_run* run = (struct child_run*)context;
  dream_child again;
  memset(&again, 0, sizeof again);
  again.size = sizeof again;
  again.run = run->run.id;
  again.argv.data = &word;
  again.argv.count = 1;
  again.directory = dream_text("/");
  again.on_exit = child_is_over;
  again.context = run;
  if (ending->kind == DREAM_EXIT_CODE && ending->value == 0) {
    child_is_over(context, ending);
  } else if (run->process->spawn(run->run.host, &again, &run->child, NULL) < 0) {
    child_is_over(context, ending);
  }
}
DREAM_BAD_CHILD_ENTRY(0)
