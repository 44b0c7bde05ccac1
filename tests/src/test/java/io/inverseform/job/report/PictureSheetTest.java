package io.inverseform.job.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.inverseform.job.Pictures;
import io.inverseform.job.evaluate.PictureScore;
import io.inverseform.job.evaluate.PredictedSample;
import io.inverseform.udf.label.ClassCatalogue;
import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.picture.Palette;
import io.inverseform.udf.picture.RgbPicture;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PictureSheetTest {
  private static final ClassCatalogue CATALOGUE = ClassCatalogue.cityscapes();
  private static final Palette PALETTE = Palette.of(CATALOGUE);

  private static List<String> ranks(PictureScore... scores) {
    return Ranked.of(List.of(scores)).stream()
        .map(r -> r.place() + " " + r.score().sampleId())
        .toList();
  }

  private static PictureScore score(String id, double meanIou) {
    return new PictureScore(id, meanIou, 0.5);
  }

  private static LabelMap map(int width, int height, int... ids) {
    byte[] bytes = new byte[width * height];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) ids[i % ids.length];
    }
    return new LabelMap(width, height, bytes);
  }

  @Test
  void worstMedianAndBestAreChosenByMeanIou() {
    assertThat(ranks(score("a", 0.9), score("b", 0.1), score("c", 0.3), score("d", 0.2)))
        .containsExactly("worst b", "median d", "best a");
  }

  @Test
  void equalPicturesAreOrderedByIdAndNeverChosenTwice() {
    assertThat(ranks(score("c", 0.5), score("a", 0.5), score("b", 0.5)))
        .containsExactly("worst a", "median b", "best c");
    assertThat(ranks(score("b", 0.5), score("a", 0.5))).containsExactly("worst a", "best b");
    assertThat(ranks(score("a", 0.5))).containsExactly("only picture a");
  }

  @Test
  void whollyIgnoredPicturesAreNotChosen() {
    assertThat(ranks(score("a", Double.NaN), score("b", 0.5))).containsExactly("only picture b");
    assertThat(ranks(score("a", Double.NaN))).isEmpty();
  }

  @Test
  void largePicturesShrinkAndSmallOnesGrowByWholeNumbers() {
    assertThat(size(new Thumbnails(2048, 1024, 480))).isEqualTo("480x240");
    assertThat(size(new Thumbnails(500, 1000, 480))).isEqualTo("240x480");
    assertThat(size(new Thumbnails(480, 360, 480))).isEqualTo("480x360");
    assertThat(size(new Thumbnails(100, 50, 480))).isEqualTo("400x200");
    assertThat(size(new Thumbnails(4000, 2, 480))).isEqualTo("480x1");
  }

  private static String size(Thumbnails thumbnails) {
    return thumbnails.width() + "x" + thumbnails.height();
  }

  @Test
  void photographsAreAveragedClassesKeepTheirColoursAndThinEdgesStay() {
    Thumbnails half = new Thumbnails(4, 2, 2);
    byte[] rgb = new byte[24];
    rgb[0] = (byte) 200;
    assertThat(half.photograph(new RgbPicture(4, 2, rgb)).getRGB(0, 0)).isEqualTo(0xFF320000);
    assertThat(half.classes(map(4, 2, 0, 255), PALETTE).getRGB(1, 0)).isEqualTo(0xFF000000);
    assertThat(half.classes(map(4, 2, 0), PALETTE).getRGB(1, 0)).isEqualTo(0xFF804080);
    BufferedImage edges = half.edges(map(4, 2, 1, 0, 0, 0, 0, 0, 0, 0), 1);
    assertThat(edges.getRGB(0, 0)).isEqualTo(0xFFFFFFFF);
    assertThat(edges.getRGB(1, 0)).isEqualTo(0xFF000000);
    assertThat(half.edges(map(4, 2, 51), 255).getRGB(0, 0)).isEqualTo(0xFF333333);
  }

  @Test
  void theLegendHasWhatOccursInTheOrderOfTheCatalogue() {
    assertThat(Legend.of(CATALOGUE, List.of(map(2, 2, 10, 255), map(2, 2, 0))).entries())
        .extracting(Legend.Entry::name)
        .containsExactly("road", "sky", "ignored");
  }

  @Test
  void picturesOfAnySizesShareASheetAndKeepTheirColours() throws IOException {
    List<SheetRow> rows =
        Stream.of(row(96, 64, "a"), row(30, 90, "an id that is far too long ".repeat(20))).toList();
    BufferedImage sheet =
        new SheetPainter("title ".repeat(99), rows, Legend.of(CATALOGUE, List.of(map(19, 1, 0, 8))))
            .paint();
    assertThat(sheet.getWidth()).isBetween(6 * 480, 6 * 520);
    assertThat(sheet.getHeight()).isBetween(320 + 450, 320 + 450 + 400);
    // The first row's true labels: half road, half ignored.
    long road = 0;
    for (int rgb : sheet.getRGB(520, 0, 500, 490, null, 0, 500)) {
      road += rgb == 0xFF804080 ? 1 : 0;
    }
    assertThat(road).isBetween(480 * 320 / 2 - 9L, 480 * 320 / 2 + 9L);
  }

  @Test
  void wrongPixelsAreRedInADimPictureAndIgnoredOnesAreNot() {
    byte[] grey = new byte[12];
    Arrays.fill(grey, (byte) 100);
    BufferedImage errors =
        new Thumbnails(4, 1, 4)
            .errors(new RgbPicture(4, 1, grey), map(4, 1, 0, 0, 255, 1), map(4, 1, 0, 1, 1, 0), 19);
    assertThat(errors.getRGB(0, 0)).isEqualTo(0xFF323232);
    assertThat(errors.getRGB(1, 0)).isEqualTo(0xFFFF3030);
    assertThat(errors.getRGB(2, 0)).isEqualTo(0xFF323232);
    assertThat(errors.getRGB(3, 0)).isEqualTo(0xFFFF3030);
    // Half of what falls on a pixel.
    BufferedImage half =
        new Thumbnails(4, 1, 2)
            .errors(new RgbPicture(4, 1, grey), map(4, 1, 0), map(4, 1, 0, 1), 19);
    assertThat(half.getRGB(0, 0)).isEqualTo(0xFF993131);
  }

  @Test
  void attentionIsDrawnTheBrighterTheMoreThereIs() {
    BufferedImage heat = new Thumbnails(3, 1, 3).heat(map(3, 1, 0, 128, 255));
    assertThat(heat.getRGB(0, 0)).isEqualTo(0xFF000004);
    assertThat(heat.getRGB(1, 0) & 0xFF).isBetween(0x50, 0x58);
    assertThat(heat.getRGB(2, 0)).isEqualTo(0xFFFCFFA4);
  }

  private static SheetRow row(int width, int height, String id) throws IOException {
    PredictedSample sample =
        new PredictedSample(
            id,
            Pictures.png(Pictures.random(1, width, height, BufferedImage.TYPE_INT_RGB)),
            map(width, height, 0, 255),
            map(width, height, 0, 1),
            map(width, height, 8),
            map(width, height, 128),
            List.of());
    return SheetRow.of(new Ranked("worst", score(id, 0.25)), sample, PALETTE, 480);
  }
}
