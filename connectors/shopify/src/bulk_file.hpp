// The files of a bulk operation: the variables that go up, the form that carries them, the results that come
// down. Pure.
#pragma once

#include <navette/sdk/task.hpp>

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace navette::shopify {

namespace json = sdk::json;

/// The object as JSON on a line of its own, which is ended.
[[nodiscard]] std::string line_of(const json::object& variables);

/// Names and values in the order in which they came.
using FormFields = std::vector<std::pair<std::string, std::string>>;

struct Form {
    std::string content_type;  // with the boundary
    std::string body;
};

/// A multipart/form-data body: the fields in their order, then the file, last, as a server of staged uploads
/// insists. Nothing where a name or value cannot stand in a form: one with a line break, or a name with a
/// quotation mark.
[[nodiscard]] std::optional<Form> upload_form(
    const FormFields& fields, std::string_view file_name, std::string_view type, std::string_view content
);

/// The results by the number of the line of variables, from 0 on, that each belongs to: they come in any
/// order. What cannot be read, names no line or names one a second time is left out.
[[nodiscard]] std::map<std::size_t, json::object> results_by_line(std::string_view text);

/// An absolute URL as its origin ("https://storage.example") and all that follows, from "/" on; nothing where
/// it is none.
struct Address {
    std::string origin;
    std::string path;
};
[[nodiscard]] std::optional<Address> address_of(std::string_view url);

}  // namespace navette::shopify
