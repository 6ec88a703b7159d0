/* Fault: gives the words of an argv to a shell, without quotes. */
#include "child_parts.h"
static dream_status start_line(dream_executor* executor, const dream_task* task, dream_run** run,
                               dream_errors* errors) {
  char line[256];
  dream_str words[3] = {DREAM_STR("sh"), DREAM_STR("-c"), {NULL, 0}};
  dream_task joined = *task;
  size_t word;
  if (task->command_kind != DREAM_COMMAND_ARGV) return start_child(executor, task, run, errors);
  for (word = 0; word < task->command_argv.count; ++word) {
    const dream_str one = task->command_argv.data[word];
    if (words[2].size + one.size >= sizeof line) return refuse(errors, "there are too many words");
    if (one.size > 0) memcpy(line + words[2].size, one.data, one.size);
    words[2].size += one.size;
    line[words[2].size++] = ' ';
  }
  words[2].data = line;
  joined.command_argv.data = words;
  joined.command_argv.count = 3;
  return start_child(executor, &joined, run, errors);
}
DREAM_BAD_CHILD_ENTRY(table.start = start_line)
