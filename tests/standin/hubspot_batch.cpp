#include "tests/standin/hubspot_batch.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace navette::standin::hubspot {

namespace json = boost::json;

namespace {

constexpr std::size_t kMostInputs = 100;

struct Input {
    std::string id;
    std::string by;  // idProperty; empty: the record's own id
    std::string trace;
    json::object properties;
};

std::string text_of(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

Checked<json::array> inputs_of(std::string_view body) {
    boost::system::error_code error;
    auto parsed = json::parse(body, error);
    const auto* object = error ? nullptr : parsed.if_object();
    const auto* inputs = object == nullptr ? nullptr : object->if_contains("inputs");
    if (inputs == nullptr || !inputs->is_array()) {
        return std::unexpected(invalid_request("Invalid input JSON: inputs is required"));
    }
    if (inputs->get_array().empty() || inputs->get_array().size() > kMostInputs) {
        return std::unexpected(invalid_request("a batch has 1 to 100 inputs"));
    }
    return inputs->get_array();
}

Checked<Input> input_of(const json::value& given) {
    static constexpr std::array<std::string_view, 4> kKnown{
        "id", "idProperty", "properties", "objectWriteTraceId"
    };
    const auto* object = given.if_object();
    if (object == nullptr) {
        return std::unexpected(invalid_request("Invalid input JSON: an input is no object"));
    }
    for (const auto& [name, value] : *object) {
        if (std::ranges::find(kKnown, std::string_view(name)) == kKnown.end()) {
            return std::unexpected(invalid_request("Invalid input JSON: an input has no " + std::string(name))
            );
        }
    }
    const auto* properties = object->if_contains("properties");
    Input input{
        text_of(*object, "id"), text_of(*object, "idProperty"), text_of(*object, "objectWriteTraceId"), {}
    };
    if (input.id.empty() || properties == nullptr || !properties->is_object()) {
        return std::unexpected(invalid_request("Invalid input JSON: id and properties are required"));
    }
    input.properties = properties->get_object();
    for (const auto& [name, value] : input.properties) {
        if (!value.is_string()) {
            return std::unexpected(
                invalid_request("Invalid input JSON: the value of " + std::string(name) + " is no text")
            );
        }
    }
    return input;
}

Checked<std::vector<Input>> read(Records& records, std::string_view body) {
    auto given = inputs_of(body);
    if (!given) {
        return std::unexpected(std::move(given.error()));
    }
    std::vector<Input> inputs;
    std::set<std::pair<std::string, std::string>> seen;
    for (const auto& one : *given) {
        auto input = input_of(one);
        if (!input) {
            return std::unexpected(std::move(input.error()));
        }
        if (!input->by.empty()) {
            const auto* property = records.schema().find(records.type(), input->by);
            if (property == nullptr || !property->unique) {
                return std::unexpected(invalid_request(
                    "Property " + input->by +
                    (property == nullptr ? " does not exist" : " is no unique property")
                ));
            }
        }
        if (input->by == "email") {
            for (char& letter : input->id) {
                letter = letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + 32) : letter;
            }
        }
        if (!seen.emplace(input->by, input->id).second) {
            return std::unexpected(
                invalid_request("Duplicate IDs found in batch input: [" + input->id + "]. ID must be unique")
            );
        }
        inputs.push_back(std::move(*input));
    }
    return inputs;
}

class Batch {
  public:
    Batch(Records& records, BatchRules rules, bool creates)
        : records_(records), rules_(rules), creates_(creates) {}

    Response answer(std::string_view body) {
        const auto inputs = read(records_, body);
        if (!inputs) {
            return refusal(inputs.error());
        }
        const bool apart = rules_.partial && std::ranges::none_of(*inputs, [](const Input& input) {
                               return input.trace.empty();
                           });
        for (const auto& input : *inputs) {
            const auto possible = apart ? Checked<void>() : check(input);
            if (!possible) {
                return refusal(possible.error());
            }
        }
        json::array results;
        json::array errors;
        for (const auto& input : *inputs) {
            auto result = write(input);
            if (!result) {
                errors.push_back(batch_error(result.error(), input.trace));
            } else if (!result->empty()) {
                // The answer's order means nothing: it is another one than the request's.
                results.insert(results.begin(), std::move(*result));
            }
        }
        return batch_answer(200, std::move(results), std::move(errors), iso_time(records_.now()));
    }

  private:
    [[nodiscard]] JsonRow* target(const Input& input) {
        return input.by.empty() ? records_.find(input.id) : records_.find_by(input.by, input.id);
    }

    /// A new record has the property that it was looked for by.
    [[nodiscard]] static json::object with_key(const Input& input) {
        auto properties = input.properties;
        if (!properties.contains(input.by)) {
            properties[input.by] = input.id;
        }
        return properties;
    }

    [[nodiscard]] bool is_lost(const Input& input) const {
        return !creates_ && input.by.empty() && input.id.find('@') != std::string::npos;
    }

    Checked<void> check(const Input& input) {
        if (const auto* row = target(input)) {
            return records_.may_update(*row, input.properties);
        }
        if (creates_ && !input.by.empty()) {
            return records_.may_create(with_key(input), rules_.strict);
        }
        return is_lost(input) ? Checked<void>() : std::unexpected(not_found(input.id));
    }

    /// What became of the record; empty where nothing was done and nothing is said of it.
    Checked<json::object> write(const Input& input) {
        if (is_lost(input)) {
            // An e-mail address as the id of an update, without idProperty: success, and nothing happens.
            return json::object();
        }
        if (!creates_ && input.by == "email") {
            return std::unexpected(invalid_request("an update by email is not possible"));
        }
        auto* row = target(input);
        const bool is_new = row == nullptr;
        if (is_new && (!creates_ || input.by.empty())) {
            return std::unexpected(not_found(input.id));
        }
        const auto written = is_new ? records_.create(with_key(input), rules_.strict)
                                    : records_.update(*row, input.properties);
        if (!written) {
            return std::unexpected(written.error());
        }
        auto result = records_.written(**written);
        if (creates_) {
            result["new"] = is_new;
        }
        if (!input.trace.empty()) {
            result["objectWriteTraceId"] = input.trace;
        }
        return result;
    }

    Records& records_;
    BatchRules rules_;
    bool creates_;
};

}  // namespace

Response upsert_batch(Records& records, std::string_view body, BatchRules rules) {
    return Batch(records, rules, true).answer(body);
}

Response update_batch(Records& records, std::string_view body, BatchRules rules) {
    return Batch(records, rules, false).answer(body);
}

Response archive_batch(Records& records, std::string_view body) {
    const auto inputs = inputs_of(body);
    if (!inputs) {
        return refusal(inputs.error());
    }
    for (const auto& input : *inputs) {
        if (const auto* object = input.if_object()) {
            records.archive(text_of(*object, "id"));
        }
    }
    return {204, "", ""};
}

}  // namespace navette::standin::hubspot
