#include "daemon/config/text_template.hpp"

#include "daemon/config/manifest.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <cstddef>

namespace navette::config {

std::string fill_template(
    std::string_view text, const std::function<std::string(const std::string& name)>& value
) {
    std::string result;
    for (;;) {
        const std::size_t begin = text.find("${");
        const std::size_t end = begin == std::string_view::npos ? begin : text.find('}', begin);
        if (end == std::string_view::npos) {
            return result.append(text);
        }
        result.append(text.substr(0, begin));
        result.append(value(std::string(text.substr(begin + 2, end - begin - 2))));
        text.remove_prefix(end + 1);
    }
}

std::optional<std::vector<std::string>> template_names(std::string_view text) {
    std::vector<std::string> names;
    const std::string rest = fill_template(text, [&](const std::string& name) {
        names.push_back(name);
        return std::string();
    });
    return rest.find("${") == std::string::npos ? std::optional(std::move(names)) : std::nullopt;
}

std::string expand_template(
    std::string_view text,
    const boost::json::object& settings,
    const std::map<std::string, std::string>& secrets
) {
    return fill_template(text, [&](const std::string& name) -> std::string {
        if (const auto secret = secrets.find(name); secret != secrets.end()) {
            return secret->second;
        }
        const boost::json::value* const setting = settings.if_contains(name);
        if (setting == nullptr || setting->is_null()) {
            return {};
        }
        return setting->is_string() ? std::string(setting->get_string()) : boost::json::serialize(*setting);
    });
}

}  // namespace navette::config
