#pragma once

#include "endpoint.hpp"

namespace dream::http {

/// Loads OpenSSL, for an engine that is reached by TLS; tls_functions.cpp hands the calls on to it. dream
/// isn't linked with it: most engines are reached without it, and many systems don't have it.
[[nodiscard]] Result<void> load_tls_library(const Words& words);

/// A function of the library that was loaded.
[[nodiscard]] void* tls_function(const char* name);

}  // namespace dream::http
