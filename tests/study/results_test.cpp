#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "study/activation_ablations.h"
#include "study/page.h"
#include "study/workbench.h"

namespace sarinr::study {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Results some_results() {
  Results results;
  results.add({{{"image", "a"}, {"seed", 1}}, {{"psnr", 30.0}}});
  results.add({{{"image", "a"}, {"seed", 2}}, {{"psnr", 32.0}}});
  results.add({{{"image", "b"}, {"seed", 1}}, {{"failed", "it diverged"}}});
  return results;
}

TEST(Results, FindCellsByTheirSettings) {
  const Results results = some_results();
  EXPECT_EQ(results.find({{"image", "a"}, {"seed", 2}})->at("psnr"), 32.0);
  EXPECT_EQ(results.find({{"image", "b"}, {"seed", 1}}), nullptr);
  EXPECT_TRUE(results.has({{"image", "b"}, {"seed", 1}}));
  EXPECT_FALSE(results.has({{"image", "b"}, {"seed", 2}}));
  EXPECT_THAT(results.values({{"image", "a"}}, "psnr"), ElementsAre(30.0, 32.0));
  EXPECT_TRUE(results.values({{"image", "b"}}, "psnr").empty());
  EXPECT_TRUE(results.values({{"image", "a"}}, "ssim").empty());
}

TEST(Results, MeanAndDeviation) {
  EXPECT_EQ(mean({}), std::nullopt);
  EXPECT_EQ(deviation({3}), std::nullopt);
  EXPECT_DOUBLE_EQ(*mean({1, 2, 6}), 3);
  EXPECT_DOUBLE_EQ(*deviation({1, 3}), std::sqrt(2.0));
  EXPECT_EQ(mean_text({1, 3}, 2), "2.00 ± 1.41");
  EXPECT_EQ(mean_text({1}, 1), "1.0");
  EXPECT_EQ(mean_text({}, 1), "-");
}

TEST(Page, ShowsTablesInBothForms) {
  Page page([](int, int, const std::vector<std::uint8_t>&) { return std::string("png"); });
  page.heading("A < B");
  page.table({"start", "dB"}, {{"plain", "1"}, {"scaled", "2"}});
  page.plot("one", "x", "y", {{"plain", {{0, 1}, {1, 2}}}, {"scaled", {{0, 2}, {1, 3}}}});
  page.plot("two", "x", "y", {{"scaled", {{0, 2}, {1, 3}}}});
  page.picture("noise", "", 2, 1, {0, 1});
  EXPECT_EQ(page.text(), "## A < B\n\n| start | dB |\n|---|---|\n| plain | 1 |\n| scaled | 2 |\n\n");
  const std::string html = page.html("Study");
  EXPECT_THAT(html, HasSubstr("<h2>A &lt; B</h2>"));
  EXPECT_THAT(html, HasSubstr("<td>scaled</td><td class=\"number\">2</td>"));
  EXPECT_THAT(html, HasSubstr("class=\"series1\"></i>scaled"));
  EXPECT_THAT(html, testing::Not(HasSubstr("series2")));
  EXPECT_THAT(html, HasSubstr("data:image/png;base64,"));
}

TEST(Workbench, MeasuresAFitAndWhatIsStoredOfIt) {
  Starts starts;
  Workbench bench({"cpu", "cpu", 1}, starts, {});
  const Image image = simulated_images(1, 32).front();
  FitSetting setting;
  setting.spec = spec_of("siren", 16, 1);
  setting.fit.epochs = 60;
  setting.fit.snapshots = {10, 60};
  const FittedImage fitted = bench.fit(image, setting);
  const double fit_psnr = psnr(image, fitted.problem, fitted.fit.weights);
  const Json measured = figures(image, rendered(image, fitted.problem, fitted.fit.weights));
  EXPECT_NEAR(measured.at("psnr").get<double>(), fit_psnr, 0.01);
  EXPECT_NEAR(psnr(image, fitted.problem, stored(image, fitted).weights), fit_psnr, 0.06);
  ASSERT_EQ(fitted.fit.snapshots.size(), 2U);
  EXPECT_EQ(fitted.fit.snapshots[1], fitted.fit.weights);
  EXPECT_LT(psnr(image, fitted.problem, fitted.fit.snapshots[0]), fit_psnr);
  const auto points = curve(psnr_curve(image, fitted.fit.losses));
  ASSERT_EQ(points.size(), 60U);
  EXPECT_NEAR(points[10].second, psnr(image, fitted.problem, fitted.fit.snapshots[0]), 0.05);
}

TEST(Workbench, ActivatesAStartOnceForAllImages) {
  Starts starts;
  int steps = 0;
  Workbench bench({"cpu", "cpu", 1}, starts, [&](std::size_t done) {
    steps += static_cast<int>(done);
    return true;
  });
  FitSetting setting;
  setting.spec = spec_of("siren", 8, 1);
  setting.activation.epochs = 4;
  const std::vector<float> first = bench.problem(setting, 16, 16).start;
  EXPECT_EQ(steps, 4);
  EXPECT_EQ(bench.problem(setting, 16, 16).start, first);
  EXPECT_EQ(steps, 4);
  setting.activation.order = ContrastOrder::down_up;
  EXPECT_NE(bench.problem(setting, 16, 16).start, first);
  EXPECT_EQ(steps, 8);
}

TEST(Ablations, DoWhatTheirNamesSay) {
  Starts starts;
  Workbench bench({"cpu", "cpu", 1}, starts, {});
  const Image image = simulated_images(1, 32).front();
  const auto start = [&](const Ablation& ablation) { return ablated_problem(ablation, 8, 1, 1, image, bench).start; };
  const std::vector<TensorInfo> tensors = architecture("siren").tensors(spec_of("siren", 8, 1));
  Ablation scaled{"scaled", "2, 3, 0.5"};
  scaled.first = 2;
  scaled.hidden = 3;
  scaled.last = 0.5;
  const std::vector<float> usual = start({"usual", "none"});
  const std::vector<float> factored = start(scaled);
  EXPECT_FLOAT_EQ(factored[tensors[1].offset], 2 * usual[tensors[1].offset]);
  EXPECT_FLOAT_EQ(factored[tensors[2].offset + 5], 3 * usual[tensors[2].offset + 5]);
  EXPECT_FLOAT_EQ(factored[tensors[4].offset], 0.5F * usual[tensors[4].offset]);
  Ablation norms{"norms", "norms", {4, 2e-3, 0.2}};
  const std::vector<float> activated = start(norms);
  norms.activated_norms = true;
  const std::vector<float> fresh = start(norms);
  EXPECT_NE(fresh, activated);
  const auto norm = [&](const std::vector<float>& weights) {
    double sum = 0;
    for (std::size_t k = tensors[2].offset; k < tensors[2].offset + tensors[2].size(); ++k) {
      sum += static_cast<double>(weights[k]) * static_cast<double>(weights[k]);
    }
    return std::sqrt(sum);
  };
  EXPECT_NEAR(norm(fresh), norm(activated), 1e-5);
}

TEST(ContrastFactor, FollowsTheOrder) {
  ActivationOptions options{20, 2e-3, 0.2};
  EXPECT_EQ(contrast_factor(options, 0), -0.2);
  EXPECT_EQ(contrast_factor(options, 1), 0.2);
  options.order = ContrastOrder::down_up;
  EXPECT_EQ(contrast_factor(options, 0), 0.2);
  EXPECT_EQ(contrast_factor(options, 1), -0.2);
  options.order = ContrastOrder::up;
  EXPECT_EQ(contrast_factor(options, 1), -0.2);
  options.order = ContrastOrder::down;
  EXPECT_EQ(contrast_factor(options, 0), 0.2);
}

}  // namespace
}  // namespace sarinr::study
