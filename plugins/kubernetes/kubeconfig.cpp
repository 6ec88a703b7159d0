#include "kubeconfig.hpp"

#include <algorithm>
#include <deque>
#include <dream/sdk/options.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <system_error>

#include "http/address.hpp"
#include "http/base64.hpp"
#include "http/http.hpp"
#include "shared/json_file.hpp"
#include "yaml.hpp"

namespace dream::kubernetes {

namespace {

namespace fs = std::filesystem;

constexpr const char* service_account = "/var/run/secrets/kubernetes.io/serviceaccount";

/// An entry of one of the three lists, and the folder that its paths begin at.
struct Entry {
  const Json& node;
  std::string folder;
};

using Entries = std::map<std::string, Entry>;

/// A flag as a text, too: in YAML scalars may be either.
std::string text_at(const Json& node, const char* name) {
  const Json& value = json_at(node, {name});
  if (value.IsBool()) return value.GetBool() ? "true" : "false";
  return json_text(node, {name});
}

bool flag_at(const Json& node, const char* name) {
  return text_at(node, name) == "true";
}

std::string path_at(const Entry& entry, const char* name) {
  const std::string written = text_at(entry.node, name);
  return written.empty() ? written : (fs::path(entry.folder) / written).lexically_normal().string();
}

void add_entries(Entries& entries, const Json& root, const char* list, const char* kind,
                 const std::string& folder) {
  const Json& all = json_at(root, {list});
  if (!all.IsArray()) return;
  for (const Json& one : all.GetArray()) {
    const Json& content = json_at(one, {kind});
    if (content.IsObject()) entries.emplace(text_at(one, "name"), Entry{content, folder});
  }
}

/// All files as one.
struct Merged {
  std::string files;  ///< for people
  std::string current;
  Entries clusters, users, contexts;
};

Failure wrong(const Merged& merged, std::string message, std::string hint) {
  return {DREAM_E_FAILED, std::move(message), std::move(hint), merged.files};
}

/// The PEM that an entry has in base64.
Result<std::string> data_at(const Merged& merged, const Entry& entry, const char* name) {
  std::optional<std::string> pem = http::base64_decode(text_at(entry.node, name));
  if (!pem) return wrong(merged, std::string(name) + " is not base64", "copy it anew");
  return *std::move(pem);
}

Result<Endpoint> read_server(const Merged& merged, const Entry& cluster, std::string& prefix) {
  const std::string server = text_at(cluster.node, "server");
  const bool secure = server.starts_with("https://");
  if (!secure && !server.starts_with("http://"))
    return wrong(merged, "\"" + server + "\" is no address of a server of Kubernetes",
                 "it begins with https://");
  std::string_view rest = std::string_view(server).substr(server.find("://") + 3);
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  prefix = rest.substr(slash);
  while (prefix.ends_with('/')) prefix.pop_back();
  http::HostAndPort place = http::split_port(rest.substr(0, slash));
  if (place.port.empty()) place.port = secure ? "443" : "80";
  Endpoint endpoint{.kind = Endpoint::Kind::tcp, .address = server, .host = place.host, .port = place.port};
  if (!text_at(cluster.node, "proxy-url").empty())
    return wrong(merged, "its cluster has a proxy-url, which dream doesn't know", "");
  if (!secure) return endpoint;
  endpoint.tls = http::TlsFiles{.verify = !flag_at(cluster.node, "insecure-skip-tls-verify")};
  Result<std::string> authority = data_at(merged, cluster, "certificate-authority-data");
  if (!authority) return authority.failure();
  endpoint.tls->authority_text = *std::move(authority);
  if (endpoint.tls->authority_text.empty())
    endpoint.tls->authority = path_at(cluster, "certificate-authority");
  endpoint.tls->name = text_at(cluster.node, "tls-server-name");
  return endpoint;
}

std::optional<LoginProgram> read_program(const Entry& user) {
  const Json& exec = json_at(user.node, {"exec"});
  if (!exec.IsObject()) return std::nullopt;
  LoginProgram program{.api_version = text_at(exec, "apiVersion"),
                       .install_hint = text_at(exec, "installHint"),
                       .wants_cluster = flag_at(exec, "provideClusterInfo")};
  std::string command = text_at(exec, "command");
  // A path begins at the file; a name is searched in PATH.
  if (command.find('/') != std::string::npos) command = path_at(Entry{exec, user.folder}, "command");
  program.command = json_texts(exec, {"args"});
  program.command.insert(program.command.begin(), command);
  const Json& environment = json_at(exec, {"env"});
  if (environment.IsArray()) {
    for (const Json& one : environment.GetArray())
      program.environment.push_back(text_at(one, "name") + "=" + text_at(one, "value"));
  }
  return program;
}

Result<void> read_user(const Merged& merged, const Entry& user, Access& access) {
  if (access.endpoint.tls) {
    http::TlsFiles& tls = *access.endpoint.tls;
    Result<std::string> certificate = data_at(merged, user, "client-certificate-data");
    if (!certificate) return certificate.failure();
    tls.certificate_text = *std::move(certificate);
    if (tls.certificate_text.empty()) tls.certificate = path_at(user, "client-certificate");
    Result<std::string> key = data_at(merged, user, "client-key-data");
    if (!key) return key.failure();
    tls.key_text = *std::move(key);
    if (tls.key_text.empty()) tls.key = path_at(user, "client-key");
  }
  access.token = text_at(user.node, "token");
  access.token_file = path_at(user, "tokenFile");
  access.user = text_at(user.node, "username");
  access.password = text_at(user.node, "password");
  if (const std::string as = text_at(user.node, "as"); !as.empty())
    access.headers.emplace_back("Impersonate-User", as);
  for (const std::string& group : json_texts(user.node, {"as-groups"}))
    access.headers.emplace_back("Impersonate-Group", group);
  if (const std::string id = text_at(user.node, "as-uid"); !id.empty())
    access.headers.emplace_back("Impersonate-Uid", id);
  if (const Json& extra = json_at(user.node, {"as-user-extra"}); extra.IsObject()) {
    for (const auto& member : extra.GetObject()) {
      const std::string name(member.name.GetString(), member.name.GetStringLength());
      for (const std::string& value : json_texts(extra, {name}))
        access.headers.emplace_back("Impersonate-Extra-" + http::url_encode(name), value);
    }
  }
  access.program = read_program(user);
  return {};
}

Result<Access> access_of(const Merged& merged, const AccessOptions& options) {
  const std::string name = options.context.empty() ? merged.current : options.context;
  if (name.empty())
    return wrong(merged, "the kubeconfig has no current context",
                 "kubectl config use-context NAME sets one; or set the option `context`");
  const auto context = merged.contexts.find(name);
  if (context == merged.contexts.end())
    return wrong(merged, "the kubeconfig has no context \"" + name + "\"",
                 "kubectl config get-contexts shows those there are");
  const std::string cluster_name = text_at(context->second.node, "cluster");
  const auto cluster = merged.clusters.find(cluster_name);
  if (cluster == merged.clusters.end())
    return wrong(merged, "the kubeconfig has no cluster \"" + cluster_name + "\"",
                 "its context " + name + " names it");
  Access access{.context = name, .files = merged.files};
  Result<Endpoint> endpoint = read_server(merged, cluster->second, access.prefix);
  if (!endpoint) return endpoint.failure();
  access.endpoint = *std::move(endpoint);
  access.name_space =
      options.name_space.empty() ? text_at(context->second.node, "namespace") : options.name_space;
  if (access.name_space.empty()) access.name_space = "default";
  const std::string user_name = text_at(context->second.node, "user");
  const auto user = merged.users.find(user_name);
  if (user != merged.users.end()) {
    if (const Result<void> read = read_user(merged, user->second, access); !read) return read.failure();
  } else if (!user_name.empty()) {
    return wrong(merged, "the kubeconfig has no user \"" + user_name + "\"",
                 "its context " + name + " names it");
  }
  return access;
}

/// As a Pod finds the cluster that it runs in.
std::optional<Access> own_cluster(const AccessOptions& options, const Variables& variables) {
  const std::string host = plugins::value_or(variables, "KUBERNETES_SERVICE_HOST", "");
  const std::string folder = service_account;
  std::error_code ignored;
  if (host.empty() || !fs::exists(folder + "/token", ignored)) return std::nullopt;
  const std::string port = plugins::value_or(variables, "KUBERNETES_SERVICE_PORT", "443");
  std::string name_space = options.name_space;
  if (name_space.empty()) std::getline(std::ifstream(folder + "/namespace"), name_space);
  return Access{.endpoint = {.kind = Endpoint::Kind::tcp,
                             .address = "https://" + host + ":" + port,
                             .host = host,
                             .port = port,
                             .tls = http::TlsFiles{.authority = folder + "/ca.crt"}},
                .name_space = name_space.empty() ? "default" : name_space,
                .context = "the cluster of this Pod",
                .token_file = folder + "/token"};
}

}  // namespace

AccessOptions AccessOptions::read(std::string_view options) {
  const sdk::Options read(options);
  return {.kubeconfig = read.text("kubeconfig").value_or(""),
          .context = read.text("context").value_or(""),
          .name_space = read.text("namespace").value_or("")};
}

std::vector<std::string> kubeconfig_files(const AccessOptions& options, const Variables& variables) {
  const std::string home = plugins::value_or(variables, "HOME", "");
  if (options.kubeconfig.starts_with("~/")) return {home + options.kubeconfig.substr(1)};
  if (!options.kubeconfig.empty()) return {options.kubeconfig};
  std::istringstream list(plugins::value_or(variables, "KUBECONFIG", ""));
  std::vector<std::string> files;
  for (std::string file; std::getline(list, file, ':');) {
    if (!file.empty()) files.push_back(file);
  }
  if (files.empty()) files.push_back(home + "/.kube/config");
  return files;
}

Result<Access> read_access(const std::vector<ConfigText>& configs, const AccessOptions& options,
                           const std::string& program) {
  Merged merged;
  std::deque<rapidjson::Document> documents;
  for (const ConfigText& config : configs) {
    Result<rapidjson::Document> read = read_yaml(config.path, config.text, program);
    if (!read) return read.failure();
    const Json& root = documents.emplace_back(std::move(*read));
    merged.files += (merged.files.empty() ? "" : ":") + config.path;
    // A name without a folder would be searched in PATH.
    std::error_code ignored;
    const std::string folder = fs::absolute(config.path, ignored).parent_path().string();
    if (merged.current.empty()) merged.current = text_at(root, "current-context");
    add_entries(merged.clusters, root, "clusters", "cluster", folder);
    add_entries(merged.users, root, "users", "user", folder);
    add_entries(merged.contexts, root, "contexts", "context", folder);
  }
  return access_of(merged, options);
}

Result<Access> find_access(const AccessOptions& options, const Variables& variables) {
  if (options.kubeconfig.starts_with("~/") && plugins::value_or(variables, "HOME", "").empty())
    return Failure{DREAM_E_OPTIONS, "HOME isn't set, which " + options.kubeconfig + " begins with",
                   "set it, or write an absolute path", "/kubeconfig"};
  const std::vector<std::string> files = kubeconfig_files(options, variables);
  std::vector<ConfigText> configs;
  for (const std::string& path : files) {
    if (!plugins::is_there(path)) continue;
    Result<std::string> text = plugins::read_text(path);
    if (!text) return text.failure();
    configs.push_back({path, *std::move(text)});
  }
  if (!configs.empty()) return read_access(configs, options, yaml_program());
  if (std::optional<Access> own = own_cluster(options, variables)) return *std::move(own);
  return Failure{
      DREAM_E_NOT_FOUND, "no cluster is known: there is no kubeconfig at " + files.front(),
      "write one there (the cluster's provider has a command for it), or name one in KUBECONFIG or "
      "the option `kubeconfig`"};
}

}  // namespace dream::kubernetes
