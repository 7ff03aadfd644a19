#include "tests/integration/api_description.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <valijson/adapters/boost_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include <algorithm>
#include <set>
#include <stdexcept>

namespace navette::test {

namespace json = boost::json;

namespace {

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kMethods[] = {"get", "put", "post", "delete", "patch"};

std::string in_capitals(std::string_view text) {
    std::string capitals(text);
    std::ranges::transform(capitals, capitals.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    return capitals;
}

std::string text_at(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

}  // namespace

bool ApiDescription::Operation::has_parameter(std::string_view name) const {
    return std::ranges::any_of(parameters, [&](const auto& one) { return text_at(one, "name") == name; });
}

ApiDescription::ApiDescription(json::object document) : document_(std::move(document)) {
    check_references(document_, "#");
    std::set<std::string> ids;
    for (const auto& [path, item] : document_.at("paths").as_object()) {
        for (const auto method : kMethods) {
            const auto* spec = item.as_object().if_contains(method);
            if (spec == nullptr) {
                continue;
            }
            Operation operation;
            operation.method = in_capitals(method);
            operation.path = path;
            operation.spec = spec->as_object();
            operation.id = text_at(operation.spec, "operationId");
            const auto title = operation.method + " " + operation.path;
            for (const auto* member : {"operationId", "summary", "x-access"}) {
                if (text_at(operation.spec, member).empty()) {
                    throw std::runtime_error(title + " has no " + member);
                }
            }
            if (!ids.insert(operation.id).second) {
                throw std::runtime_error(title + ": another operation is " + operation.id + " too");
            }
            for (const json::object* owner :
                 {&item.as_object(), static_cast<const json::object*>(&operation.spec)}) {
                if (const auto* list = owner->if_contains("parameters")) {
                    for (const auto& one : list->as_array()) {
                        operation.parameters.push_back(resolved(one).as_object());
                    }
                }
            }
            operations_.push_back(std::move(operation));
        }
    }
}

const json::value& ApiDescription::resolved(const json::value& value) const {
    const auto* object = value.if_object();
    const auto* reference = object == nullptr ? nullptr : object->if_contains("$ref");
    if (reference == nullptr) {
        return value;
    }
    boost::system::error_code error;
    const auto* target = document_.find_pointer(std::string_view(reference->as_string()).substr(1), error);
    if (target == nullptr) {
        throw std::runtime_error("there is no " + std::string(reference->as_string()));
    }
    return resolved(*target);
}

void ApiDescription::check_references(const json::value& value, const std::string& where) const {
    if (const auto* list = value.if_array()) {
        for (const auto& item : *list) {
            check_references(item, where + "/-");
        }
    } else if (const auto* object = value.if_object()) {
        static_cast<void>(resolved(value));
        for (const auto& [name, member] : *object) {
            check_references(member, where + "/" + std::string(name));
        }
    }
}

std::vector<std::string> ApiDescription::schema_faults(const json::value& schema, const json::value& body)
    const {
    const json::value whole(
        json::object{{"allOf", json::array{schema}}, {"components", document_.at("components")}}
    );
    valijson::Schema compiled;
    valijson::SchemaParser parser;
    parser.populateSchema(valijson::adapters::BoostJsonAdapter(whole), compiled);
    valijson::Validator validator;
    valijson::ValidationResults results;
    std::vector<std::string> faults;
    if (!validator.validate(compiled, valijson::adapters::BoostJsonAdapter(body), &results)) {
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

std::vector<std::string> ApiDescription::faults(const Operation& operation, const http::Response& response)
    const {
    const auto status = std::to_string(response.status);
    const auto* documented = operation.spec.at("responses").as_object().if_contains(status);
    if (documented == nullptr) {
        return {operation.id + " does not document its status " + status + ": " + response.body};
    }
    const auto& answer = resolved(*documented).as_object();
    std::vector<std::string> faults;
    if (const auto* headers = answer.if_contains("headers")) {
        for (const auto& [name, header] : headers->as_object()) {
            if (name != "Idempotent-Replayed" && sdk::first_header(response.headers, name).empty()) {
                faults.push_back(
                    operation.id + " " + status + ": the header " + std::string(name) + " is missing"
                );
            }
        }
    }
    const auto* content = answer.if_contains("content");
    if (content == nullptr) {
        if (!response.body.empty()) {
            faults.push_back(operation.id + " " + status + " has a body that is not documented");
        }
        return faults;
    }
    auto type = std::string(sdk::first_header(response.headers, "Content-Type"));
    type = type.substr(0, type.find(';'));
    const auto* media = content->as_object().if_contains(type);
    if (media == nullptr) {
        faults.push_back(operation.id + " " + status + " does not document the content type '" + type + "'");
        return faults;
    }
    if (!type.ends_with("json")) {
        return faults;
    }
    json::parse_options options;
    options.max_depth = 64;
    boost::system::error_code error;
    const auto body = json::parse(response.body, error, {}, options);
    if (error) {
        faults.push_back(operation.id + " " + status + ": the body is no JSON: " + response.body);
        return faults;
    }
    for (const auto& fault : schema_faults(media->as_object().at("schema"), body)) {
        faults.push_back(operation.id + " " + status + " " + fault + " in " + response.body);
    }
    return faults;
}

std::string ApiDescription::body_example(const Operation& operation) const {
    if (!operation.has_body()) {
        return {};
    }
    const auto& media = resolved(operation.spec.at("requestBody")).at("content").at(kJson).as_object();
    const auto* example = media.if_contains("example");
    if (example == nullptr) {
        throw std::runtime_error(operation.id + " has no example of its body");
    }
    return json::serialize(*example);
}

std::vector<std::string> ApiDescription::example_faults(const Operation& operation) const {
    if (!operation.has_body()) {
        return {};
    }
    const auto& media = resolved(operation.spec.at("requestBody")).at("content").at(kJson).as_object();
    auto faults = schema_faults(media.at("schema"), media.at("example"));
    for (auto& fault : faults) {
        fault.insert(0, operation.id + ", example of the body: ");
    }
    return faults;
}

}  // namespace navette::test
