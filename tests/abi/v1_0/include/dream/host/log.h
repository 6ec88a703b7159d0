/* Service "dream.log/1": dream's own words, for people. Output of the task itself goes to host/output.h. */
#ifndef DREAM_HOST_LOG_H
#define DREAM_HOST_LOG_H

/* NOLINTBEGIN: this is C */

#include "../abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define DREAM_LOG_ID "dream.log/1"

#define DREAM_LOG_DEBUG 0u   /* shown with --debug */
#define DREAM_LOG_INFO 1u    /* shown with --info */
#define DREAM_LOG_WARNING 2u /* shown always: what a user should look at */
#define DREAM_LOG_ERROR 3u   /* shown always. A call that fails uses its dream_errors instead. */

typedef struct dream_log {
  uint32_t size;

  /* [any] One line, without a line feed; the host says which plugin it came from. A level not known is an
   * error. */
  void (*write)(const dream_host* host, uint32_t level, dream_str message) DREAM_NOEXCEPT;

  /* [loop] Not 0: a message of this level would be seen. For messages that are costly to make. */
  int32_t (*enabled)(const dream_host* host, uint32_t level) DREAM_NOEXCEPT;
} dream_log;

#ifdef __cplusplus
}
#endif

/* NOLINTEND */

#endif
