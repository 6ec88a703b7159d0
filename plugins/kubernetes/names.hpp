#pragma once

#include "http/http.hpp"
#include "life/life_observer.hpp"
#include "shared/json.hpp"
#include "shared/variables.hpp"

/// What this executor shares with others, by its name.
namespace dream::kubernetes {

namespace asio = boost::asio;
using http::answered;
using http::Async;
using http::Endpoint;
using http::error_code;
using http::Request;
using http::Response;
using http::unawaited;
using http::Verb;
using plugins::Json;
using plugins::json_at;
using plugins::json_flag;
using plugins::json_number;
using plugins::json_text;
using plugins::json_texts;
using plugins::parse_json;
using plugins::Variables;
using sdk::Failure;
using sdk::Result;

}  // namespace dream::kubernetes
