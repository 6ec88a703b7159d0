#pragma once

#include "http/complete.hpp"
#include "http/http.hpp"
#include "life/life.hpp"
#include "life/life_observer.hpp"
#include "shared/json.hpp"
#include "shared/names.hpp"
#include "shared/spec_writer.hpp"
#include "shared/variables.hpp"

/// What this executor shares with others, by its name.
namespace dream::docker {

namespace asio = boost::asio;
using http::answered;
using http::Async;
using http::complete;
using http::Connection;
using http::Endpoint;
using http::error_code;
using http::HttpClient;
using http::Moved;
using http::Request;
using http::Response;
using http::TlsFiles;
using http::unawaited;
using http::url_encode;
using http::url_encode_path;
using http::Verb;
using life::CommandOutcome;
using life::killed_code;
using life::LifeEnd;
using life::LifeObserver;
using life::Piece;
using life::Standing;
using plugins::Json;
using plugins::json_at;
using plugins::json_flag;
using plugins::json_number;
using plugins::json_text;
using plugins::json_texts;
using plugins::own_lookup;
using plugins::parse_json;
using plugins::parse_json_file;
using plugins::short_hash;
using plugins::short_name;
using plugins::slug;
using plugins::SpecWriter;
using plugins::step_name;
using plugins::to_text;
using plugins::value_or;
using plugins::Variables;
using sdk::Failure;
using sdk::Result;

}  // namespace dream::docker
