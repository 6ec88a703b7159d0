#include "endpoint.hpp"

#include <algorithm>
#include <array>
#include <dream/sdk/command_line.hpp>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <tuple>

#include "http/address.hpp"

namespace dream::docker {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view tls_port = "2376";  // by IANA; 2375 is the one without TLS
constexpr std::string_view plain_port = "2375";

bool exists(const std::string& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

Failure bad_address(const std::string& address, std::string why) {
  return {DREAM_E_OPTIONS, "\"" + address + "\" is no address of an engine: " + std::move(why),
          "use unix:///PATH, tcp://HOST:PORT or ssh://USER@HOST", "/host"};
}

bool is_set(const Variables& variables, const std::string& name) {
  return !value_or(variables, name, "").empty();
}

/// The files of `folder` that exist, under the names that docker gives them.
TlsFiles tls_files(const std::string& folder, bool verify) {
  const auto file = [&](const char* name) {
    std::string path = folder + "/" + name;
    return exists(path) ? path : std::string();
  };
  return {
      .authority = file("ca.pem"), .certificate = file("cert.pem"), .key = file("key.pem"), .verify = verify};
}

Result<Endpoint> tcp_endpoint(const std::string& address, std::string_view rest, const Variables& variables) {
  while (rest.ends_with('/')) rest.remove_suffix(1);
  http::HostAndPort parts = http::split_port(rest);
  if (parts.host.empty()) return bad_address(address, "it names no host");
  const bool verify = is_set(variables, "DOCKER_TLS_VERIFY");
  const bool secure = verify || is_set(variables, "DOCKER_TLS") || parts.port == tls_port;
  if (parts.port.empty()) parts.port = secure ? tls_port : plain_port;
  Endpoint endpoint{.kind = Endpoint::Kind::tcp, .address = address, .host = parts.host, .port = parts.port};
  if (secure) {
    const std::string folder = value_or(variables, "DOCKER_CERT_PATH", configuration_folder(variables));
    endpoint.tls = tls_files(folder, verify || !is_set(variables, "DOCKER_TLS"));
  }
  return endpoint;
}

bool has_shell_character(std::string_view text) {
  return std::ranges::any_of(text, [](char c) {
    return static_cast<unsigned char>(c) <= ' ' ||
           std::string_view("'`\"$\\;&<>|(){}*?#!\x7f").find(c) != std::string_view::npos;
  });
}

Result<Endpoint> ssh_endpoint(const std::string& address, std::string_view rest) {
  const std::size_t slash = rest.find('/');
  const std::string_view path = slash == std::string_view::npos ? std::string_view() : rest.substr(slash);
  rest = rest.substr(0, slash);
  const std::size_t at = rest.rfind('@');
  const std::string user(at == std::string_view::npos ? std::string_view() : rest.substr(0, at));
  const http::HostAndPort parts = http::split_port(at == std::string_view::npos ? rest : rest.substr(at + 1));
  if (parts.host.empty()) return bad_address(address, "it names no host");
  if (user.find(':') != std::string::npos) return bad_address(address, "passwords don't belong into it");
  // ssh would take them for options, and hands names on to shells that its configuration names.
  if (parts.host.starts_with('-') || user.starts_with('-'))
    return bad_address(address, "it begins with a dash");
  if (has_shell_character(parts.host) || has_shell_character(user) || has_shell_character(parts.port))
    return bad_address(address, "a name in it has a character that a shell would read");
  // Nobody is there to be asked, and a question would stand among the output of the tasks.
  std::vector<std::string> command{
      "ssh", "-T", "-o", "BatchMode=yes", "-o", "ConnectTimeout=10", "-o", "ServerAliveInterval=15"};
  if (!user.empty()) command.insert(command.end(), {"-l", user});
  if (!parts.port.empty()) command.insert(command.end(), {"-p", parts.port});
  // What follows the host is a line for the shell there.
  command.insert(command.end(), {"--", parts.host, "docker"});
  if (path.size() > 1)
    command.insert(command.end(), {"--host", sdk::shell_word("unix://" + std::string(path))});
  command.insert(command.end(), {"system", "dial-stdio"});
  return Endpoint{.kind = Endpoint::Kind::program, .address = address, .command = std::move(command)};
}

/// A wrong address that isn't in dream.json.
Result<Endpoint> not_an_option(Result<Endpoint> endpoint, const std::string& where) {
  if (endpoint) return endpoint;
  Failure failure = endpoint.failure();
  failure.code = DREAM_E_FAILED;
  failure.where = where;
  return failure;
}

/// The endpoint of a context that `docker context create` has made.
Result<Endpoint> context_endpoint(const std::string& name, const Variables& variables) {
  const fs::path contexts = fs::path(configuration_folder(variables)) / "contexts";
  std::error_code failure;
  for (fs::directory_iterator entry(contexts / "meta", failure), end; !failure && entry != end;
       entry.increment(failure)) {
    const auto meta = parse_json_file((entry->path() / "meta.json").string());
    if (json_text(meta, {"Name"}) != name) continue;
    Result<Endpoint> endpoint = not_an_option(
        parse_endpoint(json_text(meta, {"Endpoints", "docker", "Host"}), variables), entry->path().string());
    const fs::path files = contexts / "tls" / entry->path().filename() / "docker";
    if (endpoint && endpoint->kind == Endpoint::Kind::tcp && fs::is_directory(files, failure)) {
      endpoint->tls = tls_files(files.string(), !json_flag(meta, {"Endpoints", "docker", "SkipTLSVerify"}));
    }
    return endpoint;
  }
  return Failure{DREAM_E_FAILED, "the docker context \"" + name + "\" doesn't exist",
                 "docker context ls shows those there are", contexts.string()};
}

/// The first of the sockets that docker and podman have by default; docker's own when there is none.
std::string default_address(const Variables& variables) {
  const std::string docker = "/var/run/docker.sock";
  const std::string mine = value_or(variables, "XDG_RUNTIME_DIR", "/nowhere");
  for (const std::string& path : {docker, mine + "/docker.sock", mine + "/podman/podman.sock",
                                  std::string("/run/podman/podman.sock")}) {
    if (exists(path)) return "unix://" + path;
  }
  return "unix://" + docker;
}

}  // namespace

Result<Endpoint> parse_endpoint(const std::string& address, const Variables& variables) {
  const std::string_view text(address);
  const std::size_t scheme_end = text.find("://");
  if (scheme_end == std::string_view::npos) return bad_address(address, "it has no scheme");
  const std::string_view scheme = text.substr(0, scheme_end);
  const std::string_view rest = text.substr(scheme_end + 3);
  if (scheme == "unix") {
    constexpr std::size_t longest = 107;  // of a socket's path, by the system
    if (!rest.starts_with('/')) return bad_address(address, "the path of its socket is not absolute");
    if (rest.size() > longest) return bad_address(address, "the path of its socket is too long");
    return Endpoint{.kind = Endpoint::Kind::local, .address = address, .path = std::string(rest)};
  }
  if (scheme == "tcp") return tcp_endpoint(address, rest, variables);
  if (scheme == "ssh") return ssh_endpoint(address, rest);
  return bad_address(address, "the scheme " + std::string(scheme) + " is not known");
}

Result<Endpoint> find_endpoint(const std::optional<std::string>& option, const Variables& variables) {
  if (option) return parse_endpoint(*option, variables);
  if (const std::string host = value_or(variables, "DOCKER_HOST", ""); !host.empty())
    return not_an_option(parse_endpoint(host, variables), "DOCKER_HOST");
  std::string context = value_or(variables, "DOCKER_CONTEXT", "");
  if (context.empty())
    context =
        json_text(parse_json_file(configuration_folder(variables) + "/config.json"), {"currentContext"});
  if (!context.empty() && context != "default") return context_endpoint(context, variables);
  return parse_endpoint(default_address(variables), variables);
}

std::string configuration_folder(const Variables& variables) {
  return value_or(variables, "DOCKER_CONFIG", value_or(variables, "HOME", "") + "/.docker");
}

std::map<std::string, std::string> proxies_of(const std::string& folder, const std::string& address) {
  const auto configuration = parse_json_file(folder + "/config.json");
  const Json& own = json_at(configuration, {"proxies", address});
  const Json& chosen = own.IsObject() ? own : json_at(configuration, {"proxies", "default"});
  std::map<std::string, std::string> proxies;
  for (const auto& [member, small, large] : {std::tuple{"httpProxy", "http_proxy", "HTTP_PROXY"},
                                             {"httpsProxy", "https_proxy", "HTTPS_PROXY"},
                                             {"ftpProxy", "ftp_proxy", "FTP_PROXY"},
                                             {"noProxy", "no_proxy", "NO_PROXY"},
                                             {"allProxy", "all_proxy", "ALL_PROXY"}}) {
    const std::string value = json_text(chosen, {member});
    if (!value.empty()) proxies[small] = proxies[large] = value;
  }
  return proxies;
}

}  // namespace dream::docker
