#include "failures.hpp"

namespace dream::kubernetes {

namespace {

/// The message of a Status, on one line.
std::string message_in(unsigned status, std::string_view body) {
  std::string message = json_text(parse_json(body), {"message"});
  if (message.empty()) message = body.substr(0, body.find('\n'));
  if (message.empty()) message = "status " + std::to_string(status);
  return message;
}

std::string hint_for(unsigned status, std::string_view message) {
  const auto has = [&](std::string_view part) { return message.find(part) != std::string_view::npos; };
  constexpr unsigned unauthorized = 401;
  constexpr unsigned forbidden = 403;
  if (status == unauthorized) return "log in to the cluster again; the kubeconfig's user isn't known there";
  if (status == forbidden && has("exceeded quota")) return "ask for less, or wait until others have ended";
  if (status == forbidden)
    return "the kubeconfig's user needs a role in this namespace that may create, watch and delete pods, "
           "read pods/log, get and create pods/exec, pods/portforward and pods/attach, and create and delete "
           "secrets and services";
  if (has("namespaces \"")) return "kubectl create namespace NAME makes it; or set the option `namespace`";
  if (has("Invalid value") || has("is invalid"))
    return "correct the options of this name, `podTemplate` among them";
  return "";
}

}  // namespace

Failure unreachable(const Endpoint& endpoint, const error_code& error, const std::string& complaint) {
  return {
      DREAM_E_FAILED, "no connection to the API server: " + (complaint.empty() ? error.message() : complaint),
      "start the cluster, or name another one in `context`, `kubeconfig` or KUBECONFIG", endpoint.address};
}

Failure connection_lost(const Endpoint& endpoint, const error_code& error, const std::string& complaint) {
  return {DREAM_E_FAILED,
          "the connection to the API server was lost: " + (complaint.empty() ? error.message() : complaint),
          "", endpoint.address};
}

Failure refused(const Endpoint& endpoint, std::string_view what, unsigned status, std::string_view body) {
  const std::string message = message_in(status, body);
  return {DREAM_E_FAILED, "the API server can't " + std::string(what) + ": " + message,
          hint_for(status, message), endpoint.address};
}

}  // namespace dream::kubernetes
