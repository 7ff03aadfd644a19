#include "daemon/config/mask.hpp"
#include "daemon/config/settings.hpp"
#include "daemon/config/settings_keys.hpp"

#include <yaml-cpp/emitter.h>
#include <yaml-cpp/emittermanip.h>

namespace navette::config {
namespace {

/// The visitor of settings_keys.hpp that prints instead of reading.
class SettingsWriter {
  public:
    explicit SettingsWriter(YAML::Emitter& out) : out_(out) {}

    template <class T, class... Checks>
    void key(std::string_view name, const T& value, const Checks&...) {
        out_ << YAML::Key << std::string(name) << YAML::Value;
        write(value);
    }

    template <class T, class... Checks>
    void required(std::string_view name, const T& value, const Checks&... checks) {
        key(name, value, checks...);
    }

    template <class... Checks>
    void connection(std::string_view name, const std::string& value, const Checks&... checks) {
        key(name, mask_connection(value), checks...);
    }

    template <class... Checks>
    void secret(std::string_view name, const std::string& value, const Checks&... checks) {
        key(name, mask_key(value), checks...);
    }

    template <class... Checks>
    void lists(
        std::string_view name, const std::map<std::string, std::vector<std::string>>& values, const Checks&...
    ) {
        section(name, [&](SettingsWriter& map) {
            for (const auto& [key_name, texts] : values) {
                map.key(key_name, texts);
            }
        });
    }

    template <class Write>
    void section(std::string_view name, const Write& write_keys) {
        out_ << YAML::Key << std::string(name) << YAML::Value << YAML::BeginMap;
        write_keys(*this);
        out_ << YAML::EndMap;
    }

    template <class T, class Write>
    void items(std::string_view name, std::vector<T>& values, const Write& write_one) {
        out_ << YAML::Key << std::string(name) << YAML::Value << YAML::BeginSeq;
        for (T& value : values) {
            out_ << YAML::BeginMap;
            write_one(*this, value);
            out_ << YAML::EndMap;
        }
        out_ << YAML::EndSeq;
    }

    template <class T, class Write>
    void each(std::string_view name, std::vector<T>& values, const Write& write_one) {
        section(name, [&](SettingsWriter&) {
            for (T& value : values) {
                section(value.name, [&](SettingsWriter& entry) { write_one(entry, value); });
            }
        });
    }

  private:
    /// What load_settings would take for a reference is escaped.
    static std::string escaped(const std::string& text) {
        std::string result;
        for (std::size_t at = 0; at < text.size(); ++at) {
            result += text.compare(at, 2, "${") == 0 ? "$$" : std::string(1, text[at]);
        }
        return result;
    }

    void write(const std::string& text) {
        if (text.find('\n') != std::string::npos) {
            out_ << YAML::Literal;
        }
        out_ << escaped(text);
    }
    void write(const std::filesystem::path& path) { write(path.string()); }
    void write(int number) { out_ << number; }
    void write(bool yes) { out_ << (yes ? "true" : "false"); }
    void write(std::chrono::milliseconds duration) { out_ << duration_text(duration); }
    void write(ByteCount size) { out_ << byte_count_text(size); }
    void write(const std::vector<std::string>& texts) {
        out_ << YAML::Flow << YAML::BeginSeq;
        for (const std::string& text : texts) {
            write(text);
        }
        out_ << YAML::EndSeq;
    }

    template <class Enum>
        requires std::is_enum_v<Enum>
    void write(Enum value) {
        for (const auto& [name, named] : enum_names(Enum{})) {
            if (named == value) {
                out_ << std::string(name);
            }
        }
    }

    YAML::Emitter& out_;
};

}  // namespace

std::string effective_yaml(const Settings& settings) {
    Settings shown = settings;  // declare() takes members it could write to
    YAML::Emitter out;
    out << YAML::BeginMap;
    SettingsWriter writer(out);
    declare(writer, shown);
    out << YAML::EndMap;
    return std::string(out.c_str()) + "\n";
}

}  // namespace navette::config
