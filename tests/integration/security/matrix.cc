#include "tests/integration/security/matrix.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include <nlohmann/json.hpp>

#include "wire/messages/escalation.h"

namespace biglittle {
namespace {

std::vector<std::string> Split(const std::string& line) {
  std::vector<std::string> cells;
  std::istringstream in(line);
  for (std::string cell; std::getline(in, cell, '\t');) cells.push_back(cell);
  return cells;
}

}  // namespace

Matrix LoadMatrix(const std::filesystem::path& file) {
  Matrix matrix;
  std::ifstream in(file);
  EXPECT_TRUE(in) << file;
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line.starts_with('#')) continue;
    const std::vector<std::string> cells = Split(line);
    if (matrix.columns.empty()) {
      matrix.columns.assign(cells.begin() + 2, cells.end());
      continue;
    }
    EXPECT_EQ(cells.size(), matrix.columns.size() + 2) << line;
    matrix.rows.push_back({cells[0], cells[1], {cells.begin() + 2, cells.end()}});
  }
  return matrix;
}

MatrixBench::MatrixBench() {
  broker_ = std::make_unique<SecureBroker>(SecureBroker::Options{
      .identities = {{Role::kDevice, "pump-1"},
                     {Role::kDevice, "pump-2"},
                     {Role::kDevice, "pump-8"},
                     {Role::kDevice, "pump-9"},
                     {Role::kWorker, "worker-1"},
                     {Role::kWorker, "worker-2"},
                     {Role::kDashboard, "screen-1"},
                     {Role::kDashboard, "test"},
                     {Role::kBridge, "site-1"},
                     {Role::kSensor, "pump-1"},
                     {Role::kOperator, "desk-1"},
                     {Role::kHomeAssistant, "ha-1"}},
      .home_assistant = HomeAssistantNames{"homeassistant", "homeassistant/status", true}});
  AddSubjects();
  AddStrangers();
  StartWorker();
  witness_ = broker_->MakeWitness();
}

void MatrixBench::AddSubjects() {
  const std::map<std::string, Identity> known = {
      {"pump-1", {Role::kDevice, "pump-1"}},   {"pump-2", {Role::kDevice, "pump-2"}},
      {"worker", {Role::kWorker, "worker-2"}}, {"dashboard", {Role::kDashboard, "screen-1"}},
      {"bridge", {Role::kBridge, "site-1"}},   {"admin", {Role::kAdmin, "admin"}},
      {"sensor", {Role::kSensor, "pump-1"}},   {"operator", {Role::kOperator, "desk-1"}},
      {"home", {Role::kHomeAssistant, "ha-1"}}};
  for (const auto& [column, identity] : known) {
    subjects_[column] = {identity.id, identity.id == "pump-1" ? "pump-2" : "pump-1",
                         broker_->User(identity), broker_->Of(identity)};
  }
}

void MatrixBench::AddStrangers() {
  const auto name = [this](const std::string& id) { return broker_->User({Role::kDevice, id}); };
  const auto add = [&](const std::string& column, const std::string& id,
                       const std::filesystem::path& certificates) {
    subjects_[column] = {id, id == "pump-1" ? "pump-2" : "pump-1", name(id), certificates};
  };
  // The thief has a copy.
  const Identity revoked{Role::kDevice, "pump-9"};
  const auto copy = broker_->folder() / "copy";
  std::filesystem::copy(broker_->Of(revoked), copy);
  EXPECT_TRUE(broker_->provisioner().Revoke(revoked).ok());
  const auto news = broker_->provisioner().Synchronise();
  EXPECT_TRUE(news.ok() && !news->reload_by_hand) << news.status();
  add("revoked", "pump-9", copy);
  add("unknown", "ghost", broker_->Issue(name("ghost")));
  add("none", "pump-1", {});
  add("expired", "pump-8", broker_->Issue(name("pump-8"), std::chrono::days(-1)));

  const auto issue_by = [&](const std::string& authority, const std::string& id) {
    const KeyAndCertificate made = Authority::Create(authority, std::chrono::days(1)).value();
    const Authority other = Authority::Load(made.key, made.certificate).value();
    return broker_->Write(authority + id,
                          other.IssueClient(name(id), std::chrono::days(1)).value());
  };
  add("foreign", "pump-7", issue_by("Other", "pump-7"));
  const auto ours = ReadSmallFile(broker_->authority_file()).value();
  add("copied", "pump-1", issue_by(FactsOf(ours)->common_name, "pump-1"));
}

void MatrixBench::StartWorker() {
  fleet_ = std::make_unique<TestFleet>(broker_->port(),
                                       TestFleet::Options{.broker_keys = broker_->FleetKeys()});
  fleet_->Observe();
  fleet_->StartWorker();
  fleet_->AwaitWorker();
}

MqttClient::Options MatrixBench::OptionsFor(const Subject& subject) const {
  return broker_->OptionsFor(subject.certificates);
}

MqttClient::Options MatrixBench::SecondOptionsFor(const std::string& column) {
  sessions_.erase(column);
  return OptionsFor(subjects_.at(column));
}

MqttClient* MatrixBench::SessionOf(const std::string& column) {
  std::unique_ptr<MqttClient>& session = sessions_[column];
  if (!session || !session->connected()) {
    session = std::make_unique<MqttClient>(OptionsFor(subjects_.at(column)));
  }
  return session->connected() ? session.get() : nullptr;
}

}  // namespace biglittle
