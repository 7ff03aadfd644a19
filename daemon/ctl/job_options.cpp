#include "daemon/ctl/job_options.hpp"

#include "daemon/ctl/value_input.hpp"

#include <boost/json/stream_parser.hpp>
#include <boost/json/value.hpp>

namespace navette::ctl {

namespace {

Result<std::string> read_data(const std::string& given) {
    auto text = read_value("--data", given);
    if (!text) {
        return std::unexpected(text.error());
    }
    boost::json::stream_parser parser;
    boost::system::error_code error;
    const auto read = parser.write_some(*text, error);
    if (!error) {
        parser.finish(error);
    }
    if (error || text->find_first_not_of(" \t\r\n", read) != std::string::npos) {
        return fail(
            ExitCode::failed,
            "--data cannot be read as JSON at character " + std::to_string(read + 1) +
                (error ? ": " + error.message() : ": there is more than one value")
        );
    }
    if (!parser.release().is_object()) {
        return fail(
            ExitCode::failed,
            R"(--data must be a JSON object with the record's fields, such as {"email": "a@example.org"})"
        );
    }
    return text;
}

}  // namespace

Syntax job_syntax(bool is_required) {
    Syntax syntax;
    const auto add = [&](Option option) {
        option.required = is_required;
        syntax.options.push_back(std::move(option));
    };
    add({"tenant", "T", "whose record it is"});
    add({"event", "TYPE", "what happened, such as order.paid"});
    add({"entity", "TYPE", "what the record is, such as order"});
    add({"id", "ID", "the application's id of the record"});
    syntax.options.emplace_back(
        "data", "JSON", "the record: a JSON object, @FILE, or - for standard input (default: {})"
    );
    syntax.options.emplace_back("integration", "I", "for this integration only");
    syntax.options.emplace_back("operation", "O", "upsert (default), create, update or delete");
    return syntax;
}

Result<store::NewJob> read_job(const Arguments& arguments) {
    store::NewJob job;
    job.tenant = arguments.text("tenant");
    job.event_type = arguments.text("event");
    job.entity_type = arguments.text("entity");
    job.entity_id = arguments.text("id");
    job.integration = arguments.value("integration");
    const auto operation = arguments.choice("operation", {"upsert", "create", "update", "delete"});
    if (!operation) {
        return std::unexpected(operation.error());
    }
    job.operation = operation->value_or("upsert");
    if (const auto given = arguments.value("data")) {
        auto data = read_data(*given);
        if (!data) {
            return std::unexpected(data.error());
        }
        job.data = std::move(*data);
    }
    return job;
}

}  // namespace navette::ctl
