package io.inverseform.job.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.modality.cv.Image;
import ai.djl.modality.cv.output.CategoryMask;
import ai.djl.repository.zoo.Criteria;
import io.inverseform.job.config.ConfigException;
import io.inverseform.job.config.ModelConfig;
import io.inverseform.job.model.SegmentationNetwork;
import io.inverseform.job.model.SmallNetwork;
import io.inverseform.job.weights.WeightFile;
import io.inverseform.job.weights.WeightFiles;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelArchiveTest {
  private static final ModelConfig INFERENCE = SmallArchive.TRAINED.forInference();

  @TempDir private Path folder;
  private Path archive;

  @BeforeEach
  void write() throws IOException {
    archive = SmallArchive.write(folder);
  }

  private ModelArchive open() throws IOException {
    return ModelArchive.open(archive.toString(), new Configuration());
  }

  @Test
  void theHeadsThatOnlyTrainingNeedsAreLeftOutAndNothingElse() throws IOException {
    ModelArchive opened = open();
    assertThat(opened.network()).isEqualTo(SmallArchive.inference(INFERENCE));
    assertThat(opened.classes()).isEqualTo(SmallArchive.classes());
    try (WeightFile run = WeightFiles.open(folder.resolve("run/model.safetensors"));
        WeightFile exported = WeightFiles.open(Path.of(opened.weights().toUri()))) {
      assertThat(exported.names())
          .containsExactlyElementsOf(
              SegmentationNetwork.of(INFERENCE, SmallNetwork.CLASSES).shapes().keySet());
      assertThat(run.names()).hasSizeGreaterThan(exported.names().size());
      assertThat(exported.metadata()).isEqualTo(Map.of("step", "7"));
      for (String name : exported.names()) {
        assertThat(exported.values(name)).as(name).isEqualTo(run.values(name));
      }
    }
  }

  @Test
  void djlIsToldWhatItsOwnTranslatorNeeds() throws IOException {
    assertThat(Files.readString(archive.resolve("serving.properties")))
        .isEqualTo(
            """
            engine=PyTorch
            blockFactory=io.inverseform.job.archive.ArchiveBlockFactory
            translatorFactory=io.inverseform.job.archive.ArchiveTranslatorFactory
            option.hasParameter=false
            width=96
            height=64
            resize=true
            shortEdge=64
            maxEdge=96
            normalize=0.4,0.5,0.6,0.2,0.25,0.3
            """);
    assertThat(Files.readAllLines(archive.resolve("synset.txt")))
        .isEqualTo(SmallArchive.classes().names());
  }

  @Test
  void thereIsNothingInTheFolderButWhatTheChecksumsName() throws IOException {
    List<String> named =
        Files.readAllLines(archive.resolve("checksums.sha256")).stream()
            .map(line -> line.replaceFirst("^[0-9a-f]{64}  ", ""))
            .toList();
    assertThat(archive.toFile().list()).hasSize(6).containsAll(named).contains("checksums.sha256");
  }

  @Test
  void anArchiveIsReplaced() throws IOException {
    byte[] before = Files.readAllBytes(archive.resolve("checksums.sha256"));
    Files.writeString(archive.resolve("synset.txt"), "other");
    SmallArchive.export(folder.resolve("run/model.safetensors"), SmallArchive.TRAINED, archive);
    open();
    assertThat(Files.readAllBytes(archive.resolve("checksums.sha256"))).isEqualTo(before);
  }

  @Test
  void aFolderOfOtherThingsIsLeftAlone() throws IOException {
    Path thesis = Files.createDirectories(folder.resolve("other")).resolve("thesis.tex");
    Files.writeString(thesis, "text");
    assertThatThrownBy(
            () ->
                SmallArchive.export(
                    folder.resolve("run/model.safetensors"),
                    SmallArchive.TRAINED,
                    thesis.getParent()))
        .isInstanceOf(ConfigException.class)
        .hasMessageEndingWith(
            "/other holds thesis.tex and is no model archive: give another folder");
    assertThat(thesis.getParent().toFile().list()).containsExactly("thesis.tex");
  }

  @Test
  void weightsOfAnotherNetworkAreRefusedAndTheArchiveStays() throws IOException {
    Path headless = folder.resolve("headless.safetensors");
    SmallArchive.writeWeights(headless, INFERENCE, SmallNetwork.CLASSES);
    assertThatThrownBy(() -> SmallArchive.export(headless, SmallArchive.TRAINED, archive))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("headless.safetensors does not fit the configured network: missing")
        .hasMessageContaining("edgeocr_cls_head");
    assertThatThrownBy(
            () -> SmallArchive.export(folder.resolve("run/model.safetensors"), INFERENCE, archive))
        .hasMessageContaining("does not fit the configured network: unexpected");
    assertThat(open().sha256()).hasSize(64);
  }

  @Test
  void aChangedByteIsRefusedByUsAndByWhatDjlLoads() throws IOException {
    Path weights = archive.resolve("model.safetensors");
    byte[] bytes = Files.readAllBytes(weights);
    bytes[bytes.length / 2] ^= 1;
    Files.write(weights, bytes);
    String message = "file:" + weights + " has SHA-256 [0-9a-f]{64}, checksums.sha256 of .*";
    assertThatThrownBy(this::open).isInstanceOf(IOException.class).hasMessageMatching(message);
    assertThatThrownBy(
            () ->
                Criteria.builder()
                    .setTypes(Image.class, CategoryMask.class)
                    .optModelPath(archive)
                    .optEngine("PyTorch")
                    .optTranslatorFactory(new ArchiveTranslatorFactory())
                    .build()
                    .loadModel())
        .hasMessageMatching(message);
  }

  @Test
  void aMissingFileIsRefused() throws IOException {
    Files.delete(archive.resolve("classes.json"));
    assertThatThrownBy(this::open)
        .isInstanceOf(FileNotFoundException.class)
        .hasMessageContaining("/classes.json is missing, checksums.sha256 of the model archive");
    Files.delete(archive.resolve("checksums.sha256"));
    assertThatThrownBy(this::open)
        .isInstanceOf(FileNotFoundException.class)
        .hasMessageStartingWith("no model archive at file:" + archive);
  }

  @Test
  void codeBesideTheModelIsRefused() throws IOException {
    Path jar = Files.createFile(archive.resolve(".hidden.jar"));
    assertThatThrownBy(this::open)
        .hasMessageEndingWith(
            "checksums.sha256 does not name .hidden.jar, which DJL might run: take it away");
    Files.delete(jar);
    Files.createDirectories(archive.resolve("classes"));
    assertThatThrownBy(this::open).hasMessageContaining("does not name classes,");
  }

  @Test
  void aForeignBlockFactoryIsRefusedThoughTheChecksumsNameIt() throws IOException {
    Path serving = archive.resolve("serving.properties");
    Path list = archive.resolve("checksums.sha256");
    String before = sha256(serving);
    Files.writeString(
        serving,
        Files.readString(serving)
            .replaceFirst("blockFactory=.*", "blockFactory=com.example.Factory"));
    Files.writeString(list, Files.readString(list).replace(before, sha256(serving)));
    assertThatThrownBy(this::open)
        .hasMessageContaining(
            "serving.properties: blockFactory is com.example.Factory, only"
                + " io.inverseform.job.archive.ArchiveBlockFactory is loaded");
  }

  private static String sha256(Path file) throws IOException {
    return Checksums.of(
        FileSystem.getLocal(new Configuration()).getRawFileSystem(),
        new org.apache.hadoop.fs.Path(file.toUri()));
  }
}
