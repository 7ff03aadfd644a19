#include "daemon/config/settings_schema.hpp"

#include "daemon/config/json_layout.hpp"
#include "daemon/config/settings.hpp"
#include "daemon/config/settings_keys.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <type_traits>

namespace navette::config {
namespace {

namespace json = boost::json;

using TextCheck = Verdict (*)(const std::string&);

/// A value, or a reference to one that stands elsewhere: "${env:PORT}".
json::object or_reference(json::object schema) {
    json::array either;
    either.emplace_back(std::move(schema));
    either.push_back(json::object{{"$ref", "#/$defs/reference"}});
    return {{"anyOf", std::move(either)}};
}

json::object shape(const std::string&) {
    return {{"type", "string"}};
}
json::object shape(const std::filesystem::path&) {
    return {{"type", "string"}};
}
json::object shape(int) {
    return {{"type", "integer"}};
}
json::object shape(bool) {
    return {{"type", "boolean"}};
}
json::object shape(std::chrono::milliseconds) {
    return {{"type", "string"}, {"pattern", "^[0-9]+(ms|s|m|h|d)$"}};
}
json::object shape(ByteCount) {
    return {{"type", "string"}, {"pattern", "^[0-9]+ ?(B|KiB|MiB|GiB)$"}};
}
template <class Enum>
    requires std::is_enum_v<Enum>
json::object shape(Enum) {
    json::array words;
    for (const auto& [name, value] : enum_names(Enum{})) {
        words.emplace_back(name);
        if (name == "true" || name == "false") {
            words.emplace_back(name == "true");  // as YAML reads it without quotation marks
        }
    }
    return {{"enum", std::move(words)}};
}

json::value plain(const std::string& value) {
    return json::value(value);
}
json::value plain(const std::filesystem::path& value) {
    return json::value(value.string());
}
json::value plain(int value) {
    return value;
}
json::value plain(bool value) {
    return value;
}
json::value plain(std::chrono::milliseconds value) {
    return json::value(duration_text(value));
}
json::value plain(ByteCount value) {
    return json::value(byte_count_text(value));
}
template <class Enum>
    requires std::is_enum_v<Enum>
json::value plain(Enum value) {
    for (const auto& [name, named] : enum_names(Enum{})) {
        if (named == value) {
            return json::value(name);
        }
    }
    return nullptr;
}

/// What a check says of the value, as far as a schema can say it.
template <class Check>
void tell(const Check& check, json::object& schema, std::string& range) {
    if constexpr (requires { check.expected(); }) {
        range = check.expected();
        if constexpr (std::is_same_v<std::decay_t<decltype(check.minimum)>, int>) {
            schema["minimum"] = check.minimum;
        }
        if constexpr (requires { check.maximum; }) {
            if constexpr (std::is_same_v<std::decay_t<decltype(check.maximum)>, int>) {
                schema["maximum"] = check.maximum;
            }
        }
    } else if constexpr (std::is_convertible_v<Check, TextCheck>) {
        const TextCheck text = check;
        if (text == TextCheck(not_empty)) {
            schema["minLength"] = 1;
        } else if (text == TextCheck(plain_name)) {
            schema["pattern"] = "^[a-z][a-z0-9_]{0,62}$";
        }
    }
}

/// The visitor of settings_keys.hpp that describes instead of reading.
class SchemaWriter {
  public:
    explicit SchemaWriter(bool with_text_defaults) : with_text_defaults_(with_text_defaults) {}

    template <class T, class... Checks>
    void key(std::string_view name, const T& value, const Checks&... checks) {
        auto schema = shape(value);
        std::string range;
        (tell<std::decay_t<Checks>>(checks, schema, range), ...);
        const bool is_text = std::is_same_v<T, std::string> || std::is_same_v<T, std::filesystem::path>;
        if (!is_text || schema.contains("pattern")) {
            schema = or_reference(std::move(schema));
        }
        if (!range.empty()) {
            schema["description"] = range;
        }
        const auto fallback = plain(value);
        const bool is_told = !is_text || (with_text_defaults_ && !fallback.as_string().empty());
        if (is_told) {
            schema["default"] = fallback;
        }
        properties_[name] = std::move(schema);
    }

    template <class... Checks>
    void key(std::string_view name, const std::vector<std::string>&, const Checks&...) {
        properties_[name] = {{"type", "array"}, {"items", {{"type", "string"}}}};
    }

    template <class T, class... Checks>
    void required(std::string_view name, const T& value, const Checks&... checks) {
        key(name, value, checks...);
        required_.emplace_back(name);
    }

    template <class... Checks>
    void connection(std::string_view name, const std::string& value, const Checks&... checks) {
        key(name, value, checks...);
    }

    template <class... Checks>
    void secret(std::string_view name, const std::string&, const Checks&...) {
        properties_[name] = {{"type", "string"}};
    }

    template <class... Checks>
    void lists(
        std::string_view name, const std::map<std::string, std::vector<std::string>>&, const Checks&...
    ) {
        const json::object list{{"type", "array"}, {"items", {{"type", "string"}}}};
        properties_[name] = {{"type", {"object", "null"}}, {"additionalProperties", list}};
    }

    template <class Write>
    void section(std::string_view name, const Write& write_keys) {
        SchemaWriter inner(with_text_defaults_);
        write_keys(inner);
        properties_[name] = inner.schema({"object", "null"});
    }

    /// One map, or a list of them.
    template <class T, class Write>
    void items(std::string_view name, const std::vector<T>&, const Write& write_one) {
        const auto one = entry<T>(write_one);
        properties_[name] = {{"anyOf", {one, {{"type", "array"}, {"items", one}}}}};
    }

    template <class T, class Write>
    void each(std::string_view name, const std::vector<T>&, const Write& write_one) {
        properties_[name] = {
            {"type", {"object", "null"}},
            {"propertyNames", {{"pattern", "^[a-z0-9][a-z0-9-]{0,62}$"}}},
            {"additionalProperties", entry<T>(write_one)}
        };
    }

    [[nodiscard]] json::object schema(json::array types) const {
        json::object schema{
            {"type", std::move(types)}, {"additionalProperties", false}, {"properties", properties_}
        };
        if (!required_.empty()) {
            schema["required"] = required_;
        }
        return schema;
    }

  private:
    template <class T, class Write>
    static json::object entry(const Write& write_one) {
        SchemaWriter inner(false);
        T sample;
        if constexpr (requires { sample.change_column; }) {
            sample.change_column = "changed_at";  // it is told only where it is set
        }
        write_one(inner, sample);
        return inner.schema({"object"});
    }

    bool with_text_defaults_;
    json::object properties_;
    json::array required_;
};

}  // namespace

std::string settings_schema() {
    Settings settings;
    SchemaWriter writer(true);
    declare(writer, settings);
    auto schema = writer.schema({"object", "null"});
    json::object document{
        {"$schema", "https://json-schema.org/draft/2020-12/schema"},
        {"title", "navette: the configuration (navette.yaml)"}
    };
    for (auto& member : schema) {
        document[member.key()] = std::move(member.value());
    }
    document["$defs"] = {
        {"reference",
         {{"type", "string"},
          {"pattern", "\\$\\{(env|file|credential):"},
          {"description", "A value that stands elsewhere: ${env:NAME}, ${file:/etc/x}, ${credential:NAME}."}}}
    };
    return json_layout(document);
}

}  // namespace navette::config
