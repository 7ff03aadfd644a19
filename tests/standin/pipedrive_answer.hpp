// A request to Pipedrive's API as its resources see it, and how Pipedrive words its answers.
#pragma once

#include "tests/standin/message.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <expected>
#include <map>
#include <string>
#include <vector>

namespace navette::standin::pipedrive {

namespace json = boost::json;

/// A request after authentication.
struct Call {
    std::string method;
    std::vector<std::string> path;  // decoded segments behind the version: {"persons", "5"}
    std::map<std::string, std::string> query;
    json::object body;

    /// The query's value of that name; empty where there is none.
    [[nodiscard]] std::string parameter(const std::string& name) const;
};

/// Why a request is refused.
struct Refusal {
    Refusal(unsigned code, std::string text, std::string what = {})
        : status(code), error(std::move(text)), code(std::move(what)) {}

    unsigned status;
    std::string error;
    std::string code;  // the machine-readable `code`, where Pipedrive gives one
};

template <class T>
using Checked = std::expected<T, Refusal>;

/// {"success":false,"error":..,"error_info":..,"data":null,"additional_data":null}
Response refused(const Refusal& refusal);

/// {"success":true,"data":..} and `additional_data`, where it is not null.
Response success(json::value data, json::value additional = nullptr, unsigned status = 200);

/// {"status":"error","success":false,"errors":{"<field>":["<text>"]}}, as the webhooks' endpoints refuse.
Response refused_field(unsigned status, const std::string& field, const std::string& text);

/// An unknown path or method.
Response unknown_method();

/// A page that Pipedrive's gateway answers with instead of its API.
Response gateway_page(unsigned status, const std::string& title);

/// The `limit` of a list: 1 to `most`; `usual` where none is given.
Checked<std::size_t> limit_of(const Call& call, std::size_t usual, std::size_t most);

}  // namespace navette::standin::pipedrive
