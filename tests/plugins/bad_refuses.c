/* Not a fault, but a refusal: NULL with a reason. */
#include <dream/abi.h>
const dream_plugin* dream_plugin_v1(const dream_handshake* handshake) {
  handshake->errors->fail(handshake->errors, DREAM_E_FAILED, dream_text(""),
                          dream_text("it needs Linux 9 or later"), dream_text("update the kernel"));
  return NULL;
}
