#include "tls_library.hpp"

#include <dlfcn.h>

#include <string>

namespace dream::http {

namespace {

constexpr const char* library_name = "libssl.so.3";

/// It stays loaded: OpenSSL's own data lives to the end of the process.
void* tls_library() {
  static void* const library = ::dlopen(library_name, RTLD_NOW | RTLD_LOCAL);
  return library;
}

}  // namespace

Result<void> load_tls_library(const Words& words) {
  if (tls_library() != nullptr) return {};
  return Failure{DREAM_E_FAILED,
                 std::string(words.engine) + " is reached by TLS, for which " + library_name + " is needed",
                 std::string(words.tls_library)};
}

void* tls_function(const char* name) {
  return ::dlsym(tls_library(), name);
}

}  // namespace dream::http
