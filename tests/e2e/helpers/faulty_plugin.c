/*
 * An executor with faults, one for each task's name:
 *   refuse  start fails with an internal error
 *   lose    the run ends at once, and the plugin says that it lost it
 *   segv    start reads where nothing is, and takes dream with it
 *   abort   start aborts
 *   exit    start ends the whole process, and says that all is well
 *   hang    start says so, and doesn't return
 *   wait    wait aborts
 *   end     terminate aborts; until then it runs
 *   stall   terminate says so, and doesn't return; until then it runs
 *   keep    the run is lost; destroy says so, and doesn't return
 *   post    it asks dream for one more call for ever; the run succeeds
 *   timer   the same by a timer that is due at once
 */
#include <dream/abi.h>
#include <dream/host/post.h>
#include <dream/host/timer.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct dream_executor {
  const dream_host* host;
};
struct dream_run {
  int unused;
};
static struct dream_executor the_executor;
static struct dream_run the_run;
static int wait_aborts;
static int runs_on;
static int terminate_stalls;
static int destroy_stalls;
static int succeeds;
/* In the first page, which is never mapped. (NULL itself is looked at by a sanitizer before the kernel does.)
 */
static volatile const dream_status* volatile nothing_there = (volatile const dream_status*)64;

static void hang(void) {
  if (write(STDERR_FILENO, "hangs\n", 6) < 0) abort();
  for (;;) pause();
}

static dream_status create(const dream_host* host, const dream_project* project, dream_executor** executor,
                           dream_errors* errors) {
  (void)project, (void)errors;
  the_executor.host = host;
  *executor = &the_executor;
  return DREAM_OK;
}

static void destroy(dream_executor* executor) {
  (void)executor;
  if (destroy_stalls) hang();
}

static void post_again(void* context) {
  const dream_host* host = (const dream_host*)context;
  ((const dream_post*)host->service(host, DREAM_POST_ID))->call(host, post_again, context);
}

static void start_again(void* context) {
  const dream_host* host = (const dream_host*)context;
  dream_timer_id id;
  ((const dream_timer*)host->service(host, DREAM_TIMER_ID))->start(host, 0, start_again, context, &id);
}

static int is_called(const dream_task* task, const char* name) {
  return task->name.size == strlen(name) && memcmp(task->name.data, name, task->name.size) == 0;
}

static dream_status start(dream_executor* executor, const dream_task* task, dream_run** run,
                          dream_errors* errors) {
  static const dream_str nothing = DREAM_STR("");
  static const dream_str message = DREAM_STR("the faulty executor broke");
  if (is_called(task, "segv")) return *nothing_there;
  if (is_called(task, "abort")) abort();
  if (is_called(task, "exit")) exit(0);
  if (is_called(task, "hang")) hang();
  terminate_stalls = is_called(task, "stall");
  destroy_stalls = is_called(task, "keep");
  wait_aborts = is_called(task, "wait");
  succeeds = is_called(task, "post") || is_called(task, "timer");
  if (is_called(task, "post")) post_again((void*)executor->host);
  if (is_called(task, "timer")) start_again((void*)executor->host);
  runs_on = is_called(task, "end") || terminate_stalls;
  if (is_called(task, "refuse")) return errors->fail(errors, DREAM_E_INTERNAL, nothing, message, nothing);
  *run = &the_run;
  return DREAM_OK;
}

static dream_status wait_for(dream_run* run, dream_on_exit on_exit, void* context) {
  static const dream_str reason = DREAM_STR("the faulty executor lost its process");
  dream_exit lost = {0};
  (void)run;
  if (wait_aborts) abort();
  if (runs_on) return DREAM_OK;
  lost.size = sizeof lost;
  lost.kind = succeeds ? DREAM_EXIT_CODE : DREAM_EXIT_LOST;
  if (!succeeds) lost.text = reason;
  on_exit(context, &lost);
  return DREAM_OK;
}

static dream_status terminate(dream_run* run, uint32_t urgency, dream_errors* errors) {
  (void)run, (void)urgency, (void)errors;
  if (terminate_stalls) hang();
  if (runs_on) abort();
  return DREAM_OK;
}

static dream_status status(const dream_run* run, dream_state* state) {
  (void)run;
  state->phase = DREAM_PHASE_EXITED;
  return DREAM_OK;
}

static void release(dream_run* run) {
  (void)run;
}

DREAM_EXPORT const dream_plugin* dream_plugin_v1(const dream_handshake* handshake) {
  static const dream_plugin table = {sizeof(dream_plugin),
                                     DREAM_ABI_MINOR,
                                     DREAM_STR("faulty"),
                                     DREAM_STR("1.0.0"),
                                     DREAM_STR("breaks on purpose"),
                                     DREAM_STR(""),
                                     DREAM_STR(""),
                                     create,
                                     destroy,
                                     start,
                                     wait_for,
                                     terminate,
                                     status,
                                     release,
                                     0,
                                     0};
  (void)handshake;
  return &table;
}
