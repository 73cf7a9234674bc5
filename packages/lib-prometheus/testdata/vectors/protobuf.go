package main

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/prometheus/prometheus/model/exemplar"
	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/textparse"
)

// What is asked of histograms: native ones are taken, classic ones beside them, classic ones become such with custom buckets.
type histogramOptions struct{ native, classic, custom bool }

var histogramModes = []histogramOptions{
	{},
	{native: true},
	{native: true, classic: true},
	{native: true, custom: true},
	{native: true, classic: true, custom: true},
}

func protobufVectors() {
	var pages []string
	read("protobuf.in.json", &pages)
	var results []any
	for _, page := range pages {
		bytes, err := base64.StdEncoding.DecodeString(page)
		must(err)
		// Modes with one answer share it.
		answers := []any{}
		seen := map[string]map[string]any{}
		for index, mode := range histogramModes {
			parser := textparse.NewProtobufParser(
				bytes, !mode.native, mode.classic, mode.custom, false, labels.NewSymbolTable())
			entries, err := entriesOf(parser)
			answer := map[string]any{"entries": entries}
			if err != nil {
				answer = map[string]any{"error": err.Error()}
			}
			text, err := json.Marshal(answer)
			must(err)
			if seen[string(text)] == nil {
				seen[string(text)] = answer
				answer["modes"] = []int{}
				answers = append(answers, answer)
			}
			same := seen[string(text)]
			same["modes"] = append(same["modes"].([]int), index)
		}
		results = append(results, map[string]any{"page": page, "answers": answers})
	}
	write("protobuf.json", results)

	var texts []pageInput
	read("custom.in.json", &texts)
	results = nil
	for _, input := range texts {
		result := map[string]any{"format": input.Format, "page": input.Page}
		for _, keep := range []bool{false, true} {
			inner := textparse.NewPromParser([]byte(input.Page), labels.NewSymbolTable(), false)
			if input.Format == "openmetrics" {
				inner = textparse.NewOpenMetricsParser([]byte(input.Page), labels.NewSymbolTable())
			}
			entries, err := entriesOf(textparse.NewNHCBParser(inner, labels.NewSymbolTable(), keep))
			answer := map[string]any{"entries": entries}
			if err != nil {
				answer = map[string]any{"error": err.Error()}
			}
			result[map[bool]string{false: "custom", true: "customClassic"}[keep]] = answer
		}
		results = append(results, result)
	}
	write("custom.json", results)
}

// Pages that panic are refused too.
func entriesOf(parser textparse.Parser) (entries []any, problem error) {
	defer func() {
		if cause := recover(); cause != nil {
			problem = fmt.Errorf("panic: %v", cause)
		}
	}()
	entries = []any{}
	for {
		kind, err := parser.Next()
		if errors.Is(err, io.EOF) {
			return entries, nil
		}
		if err != nil {
			return nil, err
		}
		entry := map[string]any{}
		var name, text []byte
		var timestamp *int64
		switch kind {
		case textparse.EntryHelp:
			name, text = parser.Help()
			entry["kind"] = "help"
		case textparse.EntryType:
			found, typ := parser.Type()
			name, text = found, []byte(typ)
			entry["kind"] = "type"
		case textparse.EntryUnit:
			name, text = parser.Unit()
			entry["kind"] = "unit"
		case textparse.EntrySeries:
			var value float64
			_, timestamp, value = parser.Series()
			entry["bits"] = bits(value)
		case textparse.EntryHistogram:
			var whole *histogram.Histogram
			var float *histogram.FloatHistogram
			_, timestamp, whole, float = parser.Histogram()
			if entry["histogram"], err = histogramOf(whole, float); err != nil {
				return nil, err
			}
		}
		if name != nil {
			entry["name"], entry["text"] = string(name), string(text)
			if len(text) > 0 {
				entries = append(entries, entry)
			}
			continue
		}
		var set labels.Labels
		parser.Labels(&set)
		entry["kind"], entry["labels"] = "series", pairs(set)
		if timestamp != nil {
			entry["timestamp"] = *timestamp
		}
		if created := parser.StartTimestamp(); created != 0 {
			entry["created"] = created
		}
		if found := exemplarsOf(parser, kind == textparse.EntryHistogram); len(found) > 0 {
			entry["exemplars"] = found
		}
		entries = append(entries, entry)
	}
}

// Native histograms take only exemplars with a timestamp, as the scraper does.
func exemplarsOf(parser textparse.Parser, native bool) []any {
	var all []any
	for {
		var found exemplar.Exemplar
		if !parser.Exemplar(&found) {
			return all
		}
		if native && !found.HasTs {
			continue
		}
		example := map[string]any{"labels": pairs(found.Labels), "bits": bits(found.Value)}
		if found.HasTs {
			example["timestamp"] = found.Ts
		}
		all = append(all, example)
	}
}

// Buckets are those that are not empty, as index and count in bits.
func histogramOf(whole *histogram.Histogram, float *histogram.FloatHistogram) (any, error) {
	kind := "float"
	hint := histogram.UnknownCounterReset
	if whole == nil && float == nil {
		return nil, errors.New("no histogram")
	}
	if whole != nil {
		kind, hint = "whole", whole.CounterResetHint
		if err := whole.Validate(); err != nil {
			return nil, err
		}
		float = whole.ToFloat(nil)
	} else {
		hint = float.CounterResetHint
		if err := float.Validate(); err != nil {
			return nil, err
		}
	}
	custom := []string{}
	for _, bound := range float.CustomValues {
		custom = append(custom, bits(bound))
	}
	buckets := func(spans []histogram.Span, counts []float64) []any {
		found := []any{}
		index, next := int32(0), 0
		for _, span := range spans {
			index += span.Offset
			for range span.Length {
				if counts[next] != 0 || math.IsNaN(counts[next]) {
					found = append(found, []any{index, bits(counts[next])})
				}
				index++
				next++
			}
		}
		return found
	}
	return map[string]any{
		"kind": kind, "gauge": hint == histogram.GaugeType, "schema": float.Schema,
		"count": bits(float.Count), "sum": bits(float.Sum),
		"zeroCount": bits(float.ZeroCount), "zeroThreshold": bits(float.ZeroThreshold), "custom": custom,
		"positive": buckets(float.PositiveSpans, float.PositiveBuckets),
		"negative": buckets(float.NegativeSpans, float.NegativeBuckets),
	}, nil
}
