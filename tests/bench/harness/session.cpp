#include "tests/bench/harness/session.hpp"

#include <stdexcept>

namespace navette::bench {

namespace {

std::vector<const char*> pointers_of(const std::vector<std::string>& parameters) {
    std::vector<const char*> pointers;
    pointers.reserve(parameters.size());
    for (const auto& parameter : parameters) {
        pointers.push_back(parameter.c_str());
    }
    return pointers;
}

}  // namespace

Session::Session(const std::string& conninfo) : connection_(PQconnectdb(conninfo.c_str())) {
    if (PQstatus(get()) != CONNECTION_OK) {
        throw std::runtime_error(PQerrorMessage(get()));
    }
}

PgResult Session::checked(PGresult* result) const {
    PgResult owned(result);
    const auto status = PQresultStatus(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_PIPELINE_SYNC &&
        status != PGRES_COPY_IN) {
        throw std::runtime_error(std::string(PQresStatus(status)) + ": " + PQerrorMessage(get()));
    }
    return owned;
}

PgResult Session::exec(const std::string& sql) {
    return checked(PQexec(get(), sql.c_str()));
}

PgResult Session::exec(const std::string& sql, const std::vector<std::string>& parameters) {
    const auto values = pointers_of(parameters);
    return checked(PQexecParams(
        get(), sql.c_str(), static_cast<int>(values.size()), nullptr, values.data(), nullptr, nullptr, 0
    ));
}

void Session::prepare(const std::string& name, const std::string& sql) {
    checked(PQprepare(get(), name.c_str(), sql.c_str(), 0, nullptr));
}

PgResult Session::run(const std::string& name, const std::vector<std::string>& parameters) {
    const auto values = pointers_of(parameters);
    return checked(PQexecPrepared(
        get(), name.c_str(), static_cast<int>(values.size()), values.data(), nullptr, nullptr, 0
    ));
}

void Session::enter_pipeline() {
    if (PQenterPipelineMode(get()) != 1) {
        throw std::runtime_error(PQerrorMessage(get()));
    }
}

void Session::send(const std::string& name, const std::vector<std::string>& parameters) {
    const auto values = pointers_of(parameters);
    if (PQsendQueryPrepared(
            get(), name.c_str(), static_cast<int>(values.size()), values.data(), nullptr, nullptr, 0
        ) != 1) {
        throw std::runtime_error(PQerrorMessage(get()));
    }
}

void Session::sync() {
    if (PQpipelineSync(get()) != 1) {
        throw std::runtime_error(PQerrorMessage(get()));
    }
}

PgResult Session::receive() {
    auto result = checked(PQgetResult(get()));
    // The null that ends a statement's results.
    PQclear(PQgetResult(get()));
    return result;
}

void Session::receive_sync() {
    checked(PQgetResult(get()));
}

}  // namespace navette::bench
