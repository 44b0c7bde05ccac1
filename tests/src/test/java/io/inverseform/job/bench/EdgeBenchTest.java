package io.inverseform.job.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inverseform.udf.label.ClassCatalogue;
import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.label.LabelPng;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EdgeBenchTest {
  @TempDir private Path folder;

  private Path file(String name, int width, int... ids) throws IOException {
    byte[] bytes = new byte[width * 5];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) ids[i % ids.length];
    }
    return Files.write(
        folder.resolve(name), LabelPng.encode(new LabelMap(width, bytes.length / width, bytes)));
  }

  @ParameterizedTest
  @EnumSource
  void everyOperationTakesMapsOfAnySizeAlsoWithoutAnyClass(EdgeOperation operation)
      throws IOException {
    for (Path file : List.of(file("one", 1, 3), file("none", 9, 255), file("some", 9, 255, 4, 2))) {
      EdgeInput input = EdgeInput.of(Files.readAllBytes(file));
      assertThat(operation.on(input)).as("%s of %s", operation, file).isNotNull();
    }
  }

  @Test
  void trainIdsStayAndLabelIdsOfCityscapesAreTurnedIntoThem() throws IOException {
    Path trainIds = file("a", 6, 0, 18, 255, 7);
    Path labelIds = file("b", 6, 7, 33, 3, 1);
    assertThat(BenchMaps.read(List.of(trainIds)).get(0).ids()).startsWith(0, 18, 255, 7);
    assertThat(BenchMaps.read(List.of(labelIds)).get(0).ids()).startsWith(0, 18, 255, 255);
  }

  @Test
  void onePictureOfLabelIdsSaysWhatAllAre() throws IOException {
    Path unclear = file("a", 6, 7, 8);
    Path clear = file("b", 6, 7, 26);
    List<LabelMap> maps = BenchMaps.read(List.of(unclear, clear));
    LabelMap source = LabelPng.decode(Files.readAllBytes(unclear));
    assertThat(maps.get(0)).isEqualTo(ClassCatalogue.cityscapes().toTrainIds(source));
  }

  @Test
  void refusesWhatCannotBeMeasured() throws IOException {
    Path small = file("small.png", 6, 1);
    Path large = file("large.png", 7, 1);
    Path strange = file("strange.png", 6, 1, 77);
    assertThatThrownBy(() -> BenchMaps.read(List.of(small, large)))
        .hasMessage("%s is 6x5, %s is 7x5: measure one size at a time".formatted(small, large));
    assertThatThrownBy(() -> BenchMaps.read(List.of(strange)))
        .hasMessage(
            strange
                + ": label id 77 at (1, 0) belongs to no class and is not ignored;"
                + " train ids 0 to 18 or label ids of Cityscapes are needed");
    Path text = Files.writeString(folder.resolve("text.png"), "no picture");
    assertThatThrownBy(() -> BenchMaps.read(List.of(text)))
        .hasMessage(text + ": not a PNG file: no PNG signature");
  }
}
