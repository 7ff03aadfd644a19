// Holds JSON against a JSON Schema of config/schema, for tests.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <valijson/adapters/boost_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace navette::test {

inline boost::json::object read_schema(const std::string& file) {
    std::ifstream stream(file);
    const std::string text(std::istreambuf_iterator<char>(stream), {});
    return boost::json::parse(text).as_object();
}

/// config/schema/connector.json, with the schema of overrides that it builds on written into it: the
/// validator reads no second file.
inline boost::json::object manifest_schema(const std::string& folder) {
    const auto manifest = read_schema(folder + "/connector.json");
    const auto& parts = manifest.at("allOf").as_array();
    if (parts.size() != 2 || parts.front().at("$ref") != "connector-override.json") {
        throw std::runtime_error("connector.json no longer builds on connector-override.json");
    }
    auto whole = read_schema(folder + "/connector-override.json");
    whole["type"] = manifest.at("type");
    whole["allOf"] = boost::json::array{parts.back()};
    return whole;
}

/// What is wrong with the document, one sentence each; empty where it fits.
inline std::vector<std::string> schema_faults(
    const boost::json::value& schema, const boost::json::value& document
) {
    valijson::Schema compiled;
    valijson::SchemaParser parser(valijson::SchemaParser::kDraft7);
    parser.populateSchema(valijson::adapters::BoostJsonAdapter(schema), compiled);
    valijson::Validator validator;
    valijson::ValidationResults results;
    std::vector<std::string> faults;
    if (!validator.validate(compiled, valijson::adapters::BoostJsonAdapter(document), &results)) {
        valijson::ValidationResults::Error error;
        while (results.popError(error)) {
            std::string where;
            for (const auto& part : error.context) {
                where += part;
            }
            faults.push_back(where + ": " + error.description);
        }
    }
    return faults;
}

}  // namespace navette::test
