#pragma once

#include <cstdint>
#include <dream/sdk/result.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "asio.hpp"

namespace dream::http {

using sdk::Failure;
using sdk::Result;

/// What a TLS connection is made with: PEM, each in a file or as it is; each may be empty.
struct TlsFiles {
  std::string authority;  ///< who may have signed the other side's certificate; empty: the system's own list
  std::string certificate;  ///< the client's
  std::string key;
  bool verify = true;  ///< false: whoever answers is believed
  std::string authority_text = {}, certificate_text = {}, key_text = {};
  std::string name = {};  ///< of the other side's certificate; empty: the host's
};

/// Where an engine listens and how it is spoken to.
struct Endpoint {
  enum class Kind : std::uint8_t { local, tcp, program };

  Kind kind = Kind::local;
  std::string address;                    ///< for people: "unix:///var/run/docker.sock"
  std::string path = {};                  ///< local: of the socket
  std::string host = {}, port = {};       ///< tcp
  std::optional<TlsFiles> tls = {};       ///< tcp
  std::vector<std::string> command = {};  ///< program: its standard input and output are the connection

  /// The engine sees the files of this machine.
  [[nodiscard]] bool is_local() const { return kind == Kind::local; }
};

/// How troubles with one kind of engine are told.
struct Words {
  using Trouble = Failure (*)(const Endpoint& endpoint, const error_code& error,
                              const std::string& complaint);

  std::string_view engine;        ///< "the engine"
  std::string_view tls_files;     ///< where the files of a TLS connection are searched
  std::string_view tls_library;   ///< what to do without OpenSSL
  Trouble unreachable = nullptr;  ///< no connection could be made; `complaint` is a program's
  Trouble lost = nullptr;         ///< it was there, and is no more
};

}  // namespace dream::http
