// queue explain
#include "daemon/engine/explain.hpp"

#include "daemon/ctl/blocking.hpp"
#include "daemon/ctl/command.hpp"
#include "daemon/ctl/job_options.hpp"
#include "daemon/ctl/json_text.hpp"
#include "daemon/ctl/moment.hpp"
#include "daemon/ctl/record_text.hpp"
#include "daemon/store/admin_integrations.hpp"

#include <boost/json/serialize.hpp>

namespace navette::ctl {

namespace {

namespace json = boost::json;

/// A job to be explained: what it says, whose it is, and how it stands in the queue.
struct Question {
    store::Job job;
    std::string integration;
    std::string tenant;
    std::vector<std::string> standing;
};

std::vector<std::string> standing_of(const store::Record& job) {
    const auto status = shown(job, "status");
    if (status == "failed") {
        return {"it is a dead letter (" + shown(job, "last_error") + "); if it is retried:"};
    }
    if (status == "processing") {
        return {"it is just being sent"};
    }
    if (status == "waiting") {
        return {"it waits for " + shown(job, "waits_for")};
    }
    const auto due = shown_age(shown(job, "run_at"), current_moment());
    return due.starts_with("in ") ? std::vector<std::string>{"it is due " + due} : std::vector<std::string>();
}

Result<Question> question_of_job(const Arguments& arguments, store::AdminSession& database) {
    const auto id = arguments.number("JOB", 0, 1, INT64_MAX);
    if (!id) {
        return std::unexpected(id.error());
    }
    const auto found = store::find_job(database, *id, arguments.value("tenant"));
    if (!found) {
        return fail(found.error());
    }
    if (!*found) {
        return fail(
            ExitCode::not_found,
            "there is no unfinished job " + std::to_string(*id) + "; see: navettectl queue show " +
                std::to_string(*id)
        );
    }
    const auto& record = **found;
    Question question;
    question.integration = shown(record, "integration_id");
    question.tenant = shown(record, "tenant_id");
    question.standing = standing_of(record);
    question.job = store::queued_job(record);
    return question;
}

Result<Question> question_of_options(const Arguments& arguments) {
    for (const auto* name : {"tenant", "integration", "event", "entity", "id"}) {
        if (!arguments.has(name)) {
            return fail(
                ExitCode::usage,
                "name a JOB of the queue, or describe one: --" + std::string(name) + " is missing"
            );
        }
    }
    auto described = read_job(arguments);
    if (!described) {
        return std::unexpected(described.error());
    }
    Question question;
    question.integration = *described->integration;
    question.tenant = described->tenant;
    question.job.event_type = described->event_type;
    question.job.entity_type = described->entity_type;
    question.job.entity_id = described->entity_id;
    question.job.operation = described->operation;
    question.job.data = std::move(described->data);
    return question;
}

/// Why nothing of the integration is sent at present, if so.
void add_holds(const store::Record& integration, std::vector<std::string>& standing) {
    const auto id = shown(integration, "id");
    if (!is_true(integration, "enabled")) {
        standing.push_back("the integration is disabled: its jobs wait; navettectl integration enable " + id);
    }
    const auto state = shown(integration, "state");
    if (state != "active") {
        const auto reason = shown(integration, "state_reason");
        standing.push_back(
            "the integration is held: " + state + (reason.empty() ? "" : " (" + reason + ")") +
            "; mend it, then: navettectl integration set " + id + " ..., or integration enable " + id
        );
    }
}

void print(const engine::Explanation& told, const Console& console) {
    for (const auto& parent : told.parents) {
        print(parent, console);
    }
    const bool fails = told.prospect == engine::Prospect::fails;
    console.print_line(
        (told.action.empty() ? "" : told.action + " ") +
        toned(printable(told.record), fails ? Tone::bad : Tone::good, console.layout())
    );
    for (const auto& sentence : told.sentences) {
        console.print_line("  " + printable(sentence));
    }
    for (const auto& remark : told.remarks) {
        console.print_line("  remark: " + printable(remark));
    }
    for (const auto& request : told.requests) {
        console.print_line(pretty_json(request));
    }
}

boost::asio::awaitable<core::Result<engine::Explanation>> ask(
    std::string url,
    std::shared_ptr<const engine::Integration> integration,
    store::Job job,
    std::shared_ptr<engine::Transport> reads
) {
    auto opened = co_await store::Connection::open(co_await boost::asio::this_coro::executor, std::move(url));
    if (!opened) {
        co_return std::unexpected(opened.error());
    }
    const std::shared_ptr<store::Connection> connection(std::move(*opened));
    co_return co_await engine::explain(connection, std::move(integration), std::move(job), std::move(reads));
}

Result<ExitCode> explain(const Arguments& arguments, Context& context) {
    const auto database = context.database();
    if (!database) {
        return std::unexpected(database.error());
    }
    auto question =
        arguments.has("JOB") ? question_of_job(arguments, **database) : question_of_options(arguments);
    if (!question) {
        return std::unexpected(question.error());
    }
    const auto known = store::find_integration(**database, question->integration, question->tenant);
    if (!known) {
        return fail(known.error());
    }
    const auto integration = assemble(known->row, context);
    if (!integration) {
        return std::unexpected(integration.error());
    }
    add_holds(known->record, question->standing);
    boost::asio::io_context io(1);
    std::shared_ptr<outbound::HttpClient> client;
    std::shared_ptr<engine::Transport> reads;
    if (arguments.has("look")) {
        auto made = http_client(io, context);
        if (!made) {
            return std::unexpected(made.error());
        }
        client = std::move(*made);
        reads = std::make_shared<engine::NetworkTransport>(*client, (*context.settings())->outbound);
    }
    const auto told = run_to_end(
        io, ask(*context.database_url(), *integration, std::move(question->job), std::move(reads))
    );
    if (!told) {
        return fail(told.error());
    }
    const auto& console = context.console();
    if (console.json()) {
        auto document = engine::to_json(*told);
        document["integration"] = (*integration)->title();
        document["standing"] = json::array(question->standing.begin(), question->standing.end());
        console.print_json(document);
        return ExitCode::ok;
    }
    console.print_line((*integration)->title());
    for (const auto& sentence : question->standing) {
        console.print_line(toned(printable(sentence), Tone::attention, console.layout()));
    }
    print(*told, console);
    return ExitCode::ok;
}

}  // namespace

Commands explain_commands() {
    auto syntax = job_syntax(false);
    syntax.words = {"[JOB]"};
    syntax.options.push_back({"look", "", "let the reads that come before the first write go to the platform"}
    );
    Commands commands;
    commands.push_back(
        {"queue explain",
         "what a job would do, with the exact requests; nothing is sent",
         std::move(syntax),
         "Reads that come before the first write are taken to find nothing; with --look they are sent. "
         "Examples:\n"
         "  navettectl queue explain 4711\n"
         "  navettectl queue explain --tenant lumira --integration int_lumira --event order.paid --entity "
         "order \\\n"
         "      --id LU240515001 --data @order.json\n",
         explain}
    );
    return commands;
}

}  // namespace navette::ctl
