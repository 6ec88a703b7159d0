#pragma once

#include <rapidjson/document.h>

namespace dream::config {

/// Whether a JSON Schema accepts a value: the part of draft 7 that packaging/dream.schema.json uses, by the
/// letter. (RapidJSON's own validator goes astray where patternProperties are nested.) A keyword that is not
/// known here throws std::logic_error: nothing of a schema is passed over.
[[nodiscard]] bool schema_accepts(const rapidjson::Value& schema, const rapidjson::Value& value);

}  // namespace dream::config
