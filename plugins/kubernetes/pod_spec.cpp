// The bodies of the requests that make things.
#include <cstdint>
#include <utility>

#include "http/base64.hpp"
#include "pod_plan.hpp"
#include "pod_state.hpp"
#include "shared/spec_writer.hpp"

namespace dream::kubernetes {

namespace {

using plugins::SpecWriter;
using Allocator = rapidjson::Document::AllocatorType;

/// Kubernetes takes $(NAME) for a variable, and $$ for a $.
std::vector<std::string> unexpanded(const std::vector<std::string>& words) {
  std::vector<std::string> escaped;
  for (const std::string& word : words) {
    std::string& text = escaped.emplace_back();
    for (const char c : word) text += c == '$' ? std::string("$$") : std::string(1, c);
  }
  return escaped;
}

Json* named(Json& list, const std::string& name) {
  for (Json& one : list.GetArray()) {
    if (!name.empty() && json_text(one, {"name"}) == name) return &one;
  }
  return nullptr;
}

/// Puts `over` over `base`: objects and what has the same name are merged, other lists of objects joined.
void merge(Json& base, const Json& over, Allocator& allocator) {
  if (base.IsObject() && over.IsObject()) {
    for (const auto& member : over.GetObject()) {
      if (base.HasMember(member.name)) {
        merge(base[member.name], member.value, allocator);
      } else {
        base.AddMember(Json(member.name, allocator), Json(member.value, allocator), allocator);
      }
    }
  } else if (base.IsArray() && over.IsArray() && !over.Empty() && over[0].IsObject()) {
    for (const Json& one : over.GetArray()) {
      if (Json* same = named(base, json_text(one, {"name"})); same != nullptr) {
        merge(*same, one, allocator);
      } else {
        base.PushBack(Json(one, allocator), allocator);
      }
    }
  } else {
    base.CopyFrom(over, allocator);
  }
}

/// A document that `write` writes.
template <class Write>
std::string written(Write&& write) {
  rapidjson::StringBuffer buffer;
  SpecWriter::Writer json(buffer);
  SpecWriter spec(json);
  json.StartObject();
  write(spec, json);
  json.EndObject();
  return {buffer.GetString(), buffer.GetSize()};
}

/// What comes with each kind of object.
void write_head(SpecWriter& spec, const char* kind, const PodPlan& plan, const std::string& name) {
  spec.text("apiVersion", "v1");
  spec.text("kind", kind);
  spec.object("metadata", [&] {
    spec.text("name", name);
    spec.table("labels", plan.labels);
    spec.object("annotations", [&] { spec.text("dream.step", plan.step); });
  });
}

/// Writes the parts of a Pod that are of more than one value.
class PodWriter {
 public:
  PodWriter(SpecWriter::Writer& json, const PodPlan& plan)
      : json_(json), spec_(json), plan_(plan), options_(plan.options) {}

  void write() {
    spec_.text("restartPolicy", "Never");
    spec_.number("terminationGracePeriodSeconds", grace_seconds(plan_));
    if (const auto account = options_.text("serviceAccount")) spec_.text("serviceAccountName", *account);
    copy("nodeSelector");
    copy("tolerations");
    list("containers", [&] { write_container(); });
    if (!mount().IsObject()) return;
    if (plan_.copies) list("initContainers", [&] { write_copier(); });
    list("volumes", [&] {
      spec_.text("name", "project");
      if (plan_.copies) return spec_.object("emptyDir", [] {});
      spec_.object("persistentVolumeClaim", [&] { spec_.text("claimName", json_text(mount(), {"claim"})); });
    });
  }

 private:
  void write_container() {
    spec_.text("name", container_name);
    spec_.text("image", options_.text("image").value_or(""));
    const std::vector<std::string> words = unexpanded(plan_.words);
    if (plan_.entrypoint && plan_.entrypoint->empty()) {
      spec_.texts("command", words);
    } else {
      spec_.texts("command", unexpanded(plan_.entrypoint.value_or(std::vector<std::string>{})));
      spec_.texts("args", words);
    }
    spec_.text("workingDir", options_.text("workdir").value_or(json_text(mount(), {"path"})));
    write_pull();
    write_resources();
    copy("readinessProbe");
    if (!plan_.environment.empty())
      list("envFrom", [&] { spec_.object("secretRef", [&] { spec_.text("name", plan_.name); }); });
    write_mount();
  }

  /// Its image has what can unpack an archive, or says that it hasn't. The end of what it is sent can't be
  /// told, so its size stands before it, in a line.
  void write_copier() {
    spec_.text("name", copy_name);
    spec_.text("image", options_.text("image").value_or(""));
    spec_.texts("command", {"/bin/sh", "-c", "read -r size && head -c \"$size\" | tar -xf -"});
    spec_.text("workingDir", json_text(mount(), {"path"}));
    spec_.flag("stdin", true);
    spec_.flag("stdinOnce", true);
    write_pull();
    write_resources();
    write_mount();
  }

  void write_mount() {
    if (!mount().IsObject()) return;
    list("volumeMounts", [&] {
      spec_.text("name", "project");
      spec_.text("mountPath", json_text(mount(), {"path"}));
      spec_.text("subPath", json_text(mount(), {"subPath"}));
    });
  }

  void write_pull() {
    const std::string pull = options_.text("pull").value_or("");
    if (pull == "always") spec_.text("imagePullPolicy", "Always");
    if (pull == "missing") spec_.text("imagePullPolicy", "IfNotPresent");
    if (pull == "never") spec_.text("imagePullPolicy", "Never");
  }

  void write_resources() {
    std::map<std::string, std::string> amounts;
    constexpr double thousandths = 1000;
    constexpr double half = 0.5;
    if (const Json& cpus = json_at(options_.json(), {"cpus"}); cpus.IsNumber())
      amounts["cpu"] = std::to_string(static_cast<std::int64_t>(cpus.GetDouble() * thousandths + half)) + "m";
    if (const auto memory = options_.text("memory")) amounts["memory"] = *memory;
    if (amounts.empty()) return;
    spec_.object("resources", [&] {
      spec_.table("requests", amounts);
      spec_.table("limits", amounts);
    });
  }

  template <class Body>
  void list(const char* name, Body&& body) {
    json_.Key(name);
    json_.StartArray();
    json_.StartObject();
    body();
    json_.EndObject();
    json_.EndArray();
  }

  /// An option as Kubernetes has it.
  void copy(const char* name) {
    const Json& value = json_at(options_.json(), {name});
    if (value.IsNull()) return;
    json_.Key(name);
    value.Accept(json_);
  }

  [[nodiscard]] const Json& mount() const { return json_at(options_.json(), {"mount"}); }

  SpecWriter::Writer& json_;
  SpecWriter spec_;
  const PodPlan& plan_;
  sdk::Options options_;
};

}  // namespace

std::string pod_spec(const PodPlan& plan) {
  const sdk::Options options(plan.options);
  // What `podTemplate` may have in another way.
  rapidjson::Document pod;
  pod.Parse(written([&](SpecWriter& spec, SpecWriter::Writer&) {
    spec.object("spec", [&] {
      spec.flag("enableServiceLinks", false);
      spec.flag("automountServiceAccountToken", options.has("serviceAccount"));
      // A process 1 gets no signal that it doesn't handle; and this one takes in what others leave.
      if (options.flag("init").value_or(true)) spec.flag("shareProcessNamespace", true);
    });
  }));
  if (const Json& own = json_at(options.json(), {"podTemplate"}); own.IsObject())
    merge(pod, own, pod.GetAllocator());
  const auto own = parse_json(written([&](SpecWriter& spec, SpecWriter::Writer& json) {
    write_head(spec, "Pod", plan, plan.name);
    spec.object("spec", [&] { PodWriter(json, plan).write(); });
  }));
  merge(pod, own, pod.GetAllocator());
  return plugins::to_text(pod);
}

std::string secret_spec(const PodPlan& plan) {
  return written([&](SpecWriter& spec, SpecWriter::Writer&) {
    write_head(spec, "Secret", plan, plan.name);
    std::map<std::string, std::string> values;
    for (const std::string& entry : plan.environment) {
      const std::size_t equals = entry.find('=');
      values[entry.substr(0, equals)] = http::base64_standard(std::string_view(entry).substr(equals + 1));
    }
    spec.table("data", values);
  });
}

std::string service_spec(const PodPlan& plan) {
  return written([&](SpecWriter& spec, SpecWriter::Writer&) {
    write_head(spec, "Service", plan, plan.service);
    spec.object("spec", [&] {
      // Its name leads to the Pod itself: whatever the ports are, and before it is ready.
      spec.text("clusterIP", "None");
      spec.flag("publishNotReadyAddresses", true);
      spec.table("selector", {{step_label, plan.name}});
    });
  });
}

}  // namespace dream::kubernetes
