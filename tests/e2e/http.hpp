#pragma once

#include <string>

/// What the services of the examples speak, on 127.0.0.1.
namespace dream::e2e {

/// The whole answer to one HTTP request: "GET /path".
[[nodiscard]] std::string ask(int port, const std::string& request_line, const std::string& body = {});

/// What stands behind the head of an answer.
[[nodiscard]] std::string body_of(const std::string& answer);

}  // namespace dream::e2e
