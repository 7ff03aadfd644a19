// The API and its description say the same, and no token reaches another tenant's rows.
#include "daemon/http/parts.hpp"
#include "tests/integration/api_description.hpp"
#include "tests/integration/api_site.hpp"

#include <gmock/gmock.h>

namespace navette::http {
namespace {

using test::ApiDescription;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::string name_of(Access access) {
    switch (access) {
        case Access::open:
            return "open";
        case Access::read:
            return "read";
        case Access::write:
            return "write";
        case Access::admin:
            break;
    }
    return "admin";
}

// Its example needs a platform of OAuth2; tests of their own drive it.
bool needs_oauth_platform(const ApiDescription::Operation& operation) {
    return operation.path.ends_with("/oauth/start");
}

bool is_open(const ApiDescription::Operation& operation) {
    return operation.spec.at("x-access").as_string() == "open";
}

class ApiConformance : public test::ApiSite {
  protected:
    ApiConformance() { take_all_routes(database_.url()); }

    /// The routes of navetted, all of them, over this database.
    void take_all_routes(const std::string& conninfo) {
        configuration_.settings.database.url = conninfo;
        in_force_ = std::make_unique<ConfigurationInForce>(configuration_);
        parts_ = std::make_unique<Parts>(context_.get_executor(), *in_force_, readiness_);
        router_ = parts_->routes();
    }

    /// The operation's path with ids of records that are there.
    std::string target(const ApiDescription::Operation& operation) {
        auto path = operation.path;
        if (path == "/api/v1/tokens/{id}") {
            return "/api/v1/tokens/" + ids_["token"];
        }
        for (const auto& [name, value] : ids_) {
            const auto parameter = "{" + name + "}";
            if (const auto at = path.find(parameter); at != std::string::npos) {
                path.replace(at, parameter.size(), value);
            }
        }
        return path;
    }

    /// Query parameters that have an example, as a query string.
    static std::string query(const ApiDescription::Operation& operation) {
        std::string text;
        for (const auto& parameter : operation.parameters) {
            if (const auto* example = parameter.if_contains("example");
                example != nullptr && parameter.at("in").as_string() == "query") {
                text += (text.empty() ? "?" : "&") + std::string(parameter.at("name").as_string()) + "=" +
                        std::string(example->as_string());
            }
        }
        return text;
    }

    /// Headers that the operation requires, by their examples.
    static Headers headers(const ApiDescription::Operation& operation) {
        Headers all;
        for (const auto& parameter : operation.parameters) {
            const auto* required = parameter.if_contains("required");
            if (parameter.at("in").as_string() == "header" && required != nullptr && required->as_bool()) {
                all.emplace(
                    std::string(parameter.at("name").as_string()),
                    std::string(parameter.at("example").as_string())
                );
            }
        }
        return all;
    }

    /// Fresh records of tenant acme, so that an operation that removes them bothers no other.
    void renew() {
        ids_["id"] = integrate();
        ids_["platform"] = "probe";
        ids_["integration_id"] = ids_["id"];
        ids_["secret"] = "x";
        ids_["token"] = database_.value(
            "INSERT INTO navette.api_tokens (id, tenant_id, scope, token_hash) VALUES (md5(random()::text), "
            "'acme', 'write', sha256('x')) RETURNING id"
        );
        database_.exec("UPDATE navette.tenant_integrations SET enabled = true");
        ids_["job"] = database_.value(
            "INSERT INTO navette.sync_queue (tenant_id, integration_id, event_type, entity_type, entity_id, "
            "data) "
            "VALUES ('acme', '" +
            ids_["id"] + R"(', 'prospect.created', 'prospect', '1', '{"name": "Ada"}') RETURNING id)"
        );
        ids_["webhook"] = database_.value(
            "INSERT INTO navette.webhook_logs (tenant_id, integration_id, source_platform, request_headers, "
            "request_body, verified) VALUES ('acme', '" +
            ids_["id"] + "', 'probe', '{}', 'one', true) RETURNING id"
        );
        database_.exec(
            "INSERT INTO navette.change_heads (tenant_id, position) VALUES ('acme', 20) ON CONFLICT DO "
            "NOTHING"
        );
        // Bodies name these by fixed ids.
        database_.exec(
            "INSERT INTO navette.tenant_integrations (tenant_id, id, integration_type) VALUES ('acme', "
            "'int_crm', "
            "'probe') ON CONFLICT DO NOTHING"
        );
        database_.exec(
            "INSERT INTO navette.records (tenant_id, entity_type, entity_id) VALUES ('acme', 'contact', "
            "'42') "
            "ON CONFLICT DO NOTHING"
        );
        database_.exec(
            "INSERT INTO navette.record_links (tenant_id, integration_id, object, entity_id, entity_type, "
            "remote_id, "
            "conflicts) VALUES ('acme', 'int_crm', 'contact', '42', 'contact', 'r42', "
            R"('{"name": {"local": "Ada", "remote": "Ada K.", "since": 1760000000000}}') )"
            "ON CONFLICT (tenant_id, integration_id, object, entity_id) DO UPDATE SET conflicts = "
            "excluded.conflicts"
        );
        database_.exec(
            "INSERT INTO navette.run_images (tenant_id, run, kind, entity_type, entity_id, after_hash) "
            "VALUES ('acme', 'plan:demo', 'record', 'contact', '42', 'x') ON CONFLICT DO NOTHING"
        );
        // Of another integration than its parameter's: of each, one stands at a time.
        database_.exec(
            "DELETE FROM navette.comparisons; UPDATE navette.available_integrations SET capabilities = "
            "'{pull}'"
        );
        ids_["plan"] = database_.value(
            "INSERT INTO navette.comparisons (tenant_id, integration_id, kind, state, basis, expires_at) "
            "SELECT 'acme', 'int_crm', 'first', 'ready', navette.comparison_basis('acme', 'int_crm'), now() "
            "+ "
            "interval '1 day' RETURNING id"
        );
        ids_["mapping"] = database_.value(
            "INSERT INTO navette.field_mappings (tenant_id, integration_id, object, local_path, remote_path) "
            "VALUES ('acme', '" +
            ids_["id"] + "', 'contact', 'name', 'title') RETURNING id"
        );
    }

    void fits(const ApiDescription::Operation& operation, const Response& response) {
        EXPECT_THAT(description_.faults(operation, response), IsEmpty());
    }

    const ApiDescription description_{merge_openapi(openapi_parts())};
    std::map<std::string, std::string> ids_;

  private:
    std::unique_ptr<ConfigurationInForce> in_force_;
    Readiness readiness_;
    std::unique_ptr<Parts> parts_;
};

TEST_F(ApiConformance, EveryRouteIsDescribedAndEveryDescribedOneIsThere) {
    std::vector<std::string> routes;
    for (const auto& route : router_.routes()) {
        routes.push_back(route.method + " " + route.pattern + " " + name_of(route.access));
    }
    std::vector<std::string> described;
    for (const auto& operation : description_.operations()) {
        described.push_back(
            operation.method + " " + operation.path + " " +
            std::string(operation.spec.at("x-access").as_string())
        );
    }
    std::ranges::sort(routes);
    std::ranges::sort(described);
    EXPECT_THAT(described, ElementsAreArray(routes));
}

TEST_F(ApiConformance, TheExampleOfEveryOperationWorksAndItsAnswerIsAsDescribed) {
    for (const auto& operation : description_.operations()) {
        EXPECT_THAT(description_.example_faults(operation), IsEmpty());
        for (const auto& caller : {administration(), tenant("acme")}) {
            renew();
            if (operation.id == "pausePlan" || operation.id == "resumePlan") {
                database_.exec(
                    std::string("UPDATE navette.comparisons SET resumes = 'reading', state = '") +
                    (operation.id == "pausePlan" ? "reading'" : "paused'")
                );
            }
            const auto answer = call(
                caller,
                operation.method,
                target(operation) + query(operation),
                description_.body_example(operation),
                headers(operation)
            );
            // What is open proves itself otherwise: nothing of an example is genuine.
            if (!is_open(operation) && !needs_oauth_platform(operation)) {
                EXPECT_LT(answer.status, 300) << operation.id << ": " << answer.body;
            }
            fits(operation, answer);
        }
    }
}

TEST_F(ApiConformance, RefusalsAreAsDescribed) {
    for (const auto& operation : description_.operations()) {
        if (is_open(operation)) {
            continue;
        }
        renew();
        const auto required = headers(operation);
        if (operation.has_body()) {
            for (const std::string body :
                 {"{", "[]", R"({"colour":1})", R"({"success":[],"sync_direction":{}})"}) {
                const auto answer =
                    call(administration(), operation.method, target(operation), body, required);
                EXPECT_GE(answer.status, 400) << operation.id << " takes " << body;
                fits(operation, answer);
            }
        }
        if (operation.has_parameter("If-Match")) {
            const auto example = description_.body_example(operation);
            const auto missing = call(administration(), operation.method, target(operation), example);
            EXPECT_EQ(missing.status, 428) << operation.id;
            fits(operation, missing);
            const auto stale =
                call(administration(), operation.method, target(operation), example, {{"If-Match", "\"0\""}});
            EXPECT_EQ(stale.status, 412) << operation.id << stale.body;
            fits(operation, stale);
        }
        for (const auto* parameter : {"limit", "cursor", "tenant"}) {
            if (operation.has_parameter(parameter) && operation.method == "GET") {
                const auto answer = call(
                    administration(),
                    operation.method,
                    target(operation) + "?" + parameter +
                        (std::string_view(parameter) == "tenant" ? "=" : "=x"),
                    {},
                    required
                );
                EXPECT_EQ(answer.status, 400) << operation.id << " " << parameter;
                fits(operation, answer);
            }
        }
    }
}

TEST_F(ApiConformance, WithoutADatabaseEveryOperationSaysSo) {
    renew();
    take_all_routes("host=/nowhere dbname=none");
    for (const auto& operation : description_.operations()) {
        if (is_open(operation)) {
            continue;
        }
        const auto answer = call(
            administration(),
            operation.method,
            target(operation) + query(operation),
            description_.body_example(operation),
            headers(operation)
        );
        EXPECT_EQ(answer.status, 503) << operation.id;
        fits(operation, answer);
    }
}

TEST_F(ApiConformance, NoTokenReachesAnotherTenantsRows) {
    renew();
    database_.exec(
        "INSERT INTO navette.sync_queue (tenant_id, integration_id, event_type, entity_type, entity_id) "
        "VALUES ('acme', '" +
        ids_["id"] + "', 'prospect.created', 'prospect', 'their-prospect')"
    );
    std::string tables;
    for (const auto& row : database_.exec("SELECT c.table_name FROM information_schema.columns c JOIN "
                                          "information_schema.tables t USING (table_schema, table_name) "
                                          "WHERE c.table_schema = 'navette' AND c.column_name = 'tenant_id' "
                                          "AND t.table_type = 'BASE TABLE'")) {
        const auto table = row[0].as<std::string>();
        tables += (tables.empty() ? "" : " UNION ALL ") +
                  ("SELECT '" + table + "' || t::text AS line FROM navette." + table +
                   " t WHERE tenant_id = 'acme'");
    }
    const auto state = "SELECT md5(string_agg(line, E'\\n' ORDER BY line)) FROM (" + tables + ") all_rows";
    const auto before = database_.value(state);
    for (const auto& operation : description_.operations()) {
        if (is_open(operation)) {
            continue;
        }
        const auto answer = call(
            tenant("beta"),
            operation.method,
            target(operation),
            description_.body_example(operation),
            headers(operation)
        );
        if (operation.path.find('{') != std::string::npos || operation.has_body()) {
            EXPECT_EQ(answer.status, 404) << operation.id << ": " << answer.body;
        } else {
            EXPECT_EQ(answer.status, 200) << operation.id << ": " << answer.body;
            EXPECT_THAT(answer.body, Not(HasSubstr(ids_["id"]))) << operation.id;
            EXPECT_THAT(answer.body, Not(HasSubstr("acme"))) << operation.id;
        }
        fits(operation, answer);
    }
    EXPECT_EQ(database_.value(state), before);
}

}  // namespace
}  // namespace navette::http
